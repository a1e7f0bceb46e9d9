package dev.gatehouse.gatewayapi.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Trees;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPathTest {
    private static final Map<String, Object> TREE = tree("""
            name: table
            hosts:
            - {name: a/www, weight: 1, tags: [x, y], routes: [{name: a-0, to: {cluster: one}}, {name: a-1, to: {cluster: two}}]}
            - {name: b/api, weight: 5, routes: [{name: b-0, to: {cluster: one, timeout: 5s}}], 'dotted.key': {v: 1}}
            - {name: c, routes: [{name: c-0, direct: {status: 404}}], '~/x': {v: 2}}
            live: true
            """);

    private static Map<String, Object> tree(String yaml) {
        return Trees.of(
                (Node.Mapping) YamlDocuments.read("tree.yaml", yaml).documents().getFirst());
    }

    private static List<String> select(String path) throws PatchFailure {
        return JsonPath.parse(path).pointers(TREE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            $.name                                             ; /name
            .name                                              ; /name
            name                                               ; /name
            $['name']                                          ; /name
            $["name"]                                          ; /name
            $.absent                                           ;
            $.hosts[0].name                                    ; /hosts/0/name
            $.hosts[-1].name                                   ; /hosts/2/name
            $.hosts[0,2].name                                  ; /hosts/0/name /hosts/2/name
            $.hosts[1:].name                                   ; /hosts/1/name /hosts/2/name
            $.hosts[:2].name                                   ; /hosts/0/name /hosts/1/name
            $.hosts[::-1].name                                 ; /hosts/2/name /hosts/1/name /hosts/0/name
            $.hosts[*].name                                    ; /hosts/0/name /hosts/1/name /hosts/2/name
            $.hosts.*.name                                     ; /hosts/0/name /hosts/1/name /hosts/2/name
            **.weight                                          ; /hosts/0/weight /hosts/1/weight
            ..cluster                                          ; /hosts/0/routes/0/to/cluster /hosts/0/routes/1/to/cluster /hosts/1/routes/0/to/cluster
            $..routes[?(@.to.cluster=='one')].name             ; /hosts/0/routes/0/name /hosts/1/routes/0/name
            ..routes[?(@.name =~ 'a-')].to.cluster             ; /hosts/0/routes/0/to/cluster /hosts/0/routes/1/to/cluster
            ..routes[?(@.name =~ /^a-1$/)]                     ; /hosts/0/routes/1
            $..routes[?@.to]                                   ; /hosts/0/routes/0 /hosts/0/routes/1 /hosts/1/routes/0
            $..routes[?!@.to]                                  ; /hosts/2/routes/0
            $.hosts[?(@.weight > 1)].name                      ; /hosts/1/name
            $.hosts[?(@.weight >= 1 && @.weight < 5)].name     ; /hosts/0/name
            $.hosts[?(@.name == 'c' || @.name == 'a/www')]     ; /hosts/0 /hosts/2
            $.hosts[?(!(@.name == 'c'))].name                  ; /hosts/0/name /hosts/1/name
            $.hosts[?(@.name != $.hosts[0].name)].name         ; /hosts/1/name /hosts/2/name
            $.hosts[?(@.name in ['c', 'd'])].name              ; /hosts/2/name
            $.hosts[?length(@.routes) == 2].name               ; /hosts/0/name
            $.hosts[?count(@.routes[*]) < 2].name              ; /hosts/1/name /hosts/2/name
            $.hosts[?match(@.name, '.*/api')].name             ; /hosts/1/name
            $.hosts[?search(@.name, 'ap')].name                ; /hosts/1/name
            $.hosts[?(@.tags[0] == 'x')].name                  ; /hosts/0/name
            $.hosts[?(@['dotted.key'].v == 1)].name            ; /hosts/1/name
            $.hosts[1]['dotted.key'].v                         ; /hosts/1/dotted.key/v
            $.hosts[2]['~/x'].v                                ; /hosts/2/~0~1x/v
            $[?(@ == true)]                                    ; /live
            $.hosts[?(@.direct.status == 404)]                 ;
            $..[?(@.status == 404)]                            ; /hosts/2/routes/0/direct
            """)
    void selectsNodesInTheOrderOfTheTree(String path, String pointers) throws PatchFailure {
        assertThat(String.join(" ", select(path))).isEqualTo(pointers == null ? "" : pointers);
    }

    @Test
    void aNodeThatIsReachedTwiceIsSelectedOnce() throws PatchFailure {
        assertThat(select("$['name','name']")).containsExactly("/name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$",
                "",
                ".$",
                "$.",
                "$..",
                "$[",
                "$[0",
                "$['a",
                "$[?]",
                "$[?(@.a ==)]",
                "$.a b[",
                "$[?(@.a =~ '(')]",
                "$[99999999999]"
            })
    void aTextThatIsNoPathIsTold(String path) {
        assertThatThrownBy(() -> select(path)).isInstanceOf(PatchFailure.class);
    }

    @Test
    void theFaultIsToldWithItsPlace() {
        assertThatThrownBy(() -> select("$.hosts[x]"))
                .hasMessage("\"$.hosts[x]\" is not a JSONPath at character 9"
                        + " (expected: an index, a name in quotes, '*' or '?')");
    }

    @Test
    void conditionsInEachOtherHaveABound() {
        assertThatThrownBy(() -> select("$[?" + "(".repeat(1000) + "@.a" + ")".repeat(1000) + "]"))
                .hasMessageContaining("at most 32");
    }
}
