package dev.gatehouse.gatewayapi.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Trees;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KindSchemaTest {
    private static KindSchema.Checked check(String kind, String spec) {
        Node.Mapping object = YamlDocuments.read("f.yaml", "spec:\n" + spec.indent(2))
                .documents()
                .getFirst();
        return Schemas.find(kind).orElseThrow().check(object, kind + " shop/a");
    }

    private static List<String> problems(String kind, String spec) {
        return check(kind, spec).problems().stream().map(Problem::toString).toList();
    }

    private static Object spec(String kind, String spec) {
        return Trees.of(check(kind, spec).object()).getOrDefault("spec", "");
    }

    @Test
    void aValidObjectWithoutDefaultsStaysTheSame() {
        Node.Mapping object = YamlDocuments.read(
                        "f.yaml", "spec: {type: Endpoints, endpoints: [{fqdn: {hostname: a.test, port: 80}}]}")
                .documents()
                .getFirst();
        KindSchema.Checked checked = Schemas.find("Backend").orElseThrow().check(object, "Backend shop/a");
        assertThat(checked.problems()).isEmpty();
        assertThat(checked.object()).isSameAs(object);
    }

    @Test
    void aDefaultIsGivenWhereItsObjectIs() {
        assertThat(spec("Backend", "endpoints: [{ip: {address: 10.0.0.1, port: 80}}]"))
                .isEqualTo(Map.of(
                        "type",
                        "Endpoints",
                        "endpoints",
                        List.of(Map.of("ip", Map.of("address", "10.0.0.1", "port", 80L)))));
        assertThat(spec("EnvoyProxy", "concurrency: 2").toString())
                .isEqualTo("{concurrency=2, logging={level={default=warn}}}");
        assertThat(spec("EnvoyProxy", "logging: {level: {admin: debug}}").toString())
                .isEqualTo("{logging={level={admin=debug}}}");
    }

    @Test
    void nullCountsAsAbsent() {
        assertThat(check("Backend", "type: null\nappProtocols: null").problems())
                .isEmpty();
        assertThat(spec("Backend", "type: null").toString()).isEqualTo("{type=Endpoints}");
    }

    @Test
    void aSlipIsToldWithItsPlaceAndWhatWasMeant() {
        assertThat(problems("Backend", "endpoints:\n- fqnd: {hostname: a.test, port: 80}"))
                .containsExactly(
                        "f.yaml:3:5: Backend shop/a: spec.endpoints[0].fqnd: unknown field; did you mean \"fqdn\"? (expected: fqdn,"
                                + " hostname, ip, unix, zone)");
        assertThat(problems("BackendTrafficPolicy", """
                targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}]
                loadBalancer: {type: Roundrobin}
                """))
                .singleElement()
                .asString()
                .startsWith(
                        "f.yaml:3:24: BackendTrafficPolicy shop/a: spec.loadBalancer.type: \"Roundrobin\" is not known; did you mean"
                                + " \"RoundRobin\"?");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            endpoints: [{fqdn: {hostname: a.test}}] | spec.endpoints[0].fqdn.port: is missing (expected: an integer)
            endpoints: [{fqdn: {hostname: a.test, port: 65536}}] | 65536 is out of range (expected: 0 to 65535)
            endpoints: [{fqdn: {hostname: a.test, port: '80'}}] | "80" is a string (expected: an integer)
            endpoints: [{unix: {path: /x}, ip: {address: 10.0.0.1, port: 1}}] | exactly one of fqdn, ip and unix must be set
            endpoints: [{unix: {path: /x}}, {fqdn: {hostname: a.test, port: 1}}] | fqdn must be set in all items, or in none
            {type: DynamicResolver, endpoints: [{unix: {path: /x}}]} | when type is DynamicResolver, endpoints must not be set
            tls: {minVersion: '1.3', maxVersion: '1.2'} | must not be more than maxVersion
            tls: {maxVersion: '1.1'} | minVersion, which is 1.2 where it is not set
            """)
    void whatAnApiServerRefusesIsRefused(String spec, String message) {
        assertThat(problems("Backend", spec)).singleElement().asString().contains(message);
    }

    @Test
    void aTargetIsOneOfTheKindsThatThePolicyIsFor() {
        assertThat(problems(
                        "ClientTrafficPolicy",
                        "targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}"))
                .singleElement()
                .asString()
                .contains("spec.targetRef.kind: targetRef.kind must be Gateway or ListenerSet");
        assertThat(problems("ClientTrafficPolicy", "http3: {}"))
                .singleElement()
                .asString()
                .contains("exactly one of targetRef and targetRefs must be set");
    }

    @Test
    void aValueIsNotThereTwiceInAMap() {
        assertThat(problems("SecurityPolicy", """
                targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}]
                extAuth:
                  http: {backendRefs: [{name: a, port: 80}]}
                  contextExtensions: [{name: a, type: Value, value: x}, {name: a, type: Value, value: z}]
                """))
                .singleElement()
                .asString()
                .contains("spec.extAuth.contextExtensions[1]: has the name of item 0");
    }
}
