package dev.gatehouse.gatewayapi.crd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Outline;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DescriptionsTest {
    private static Set<String> paths(Kind<?> kind) {
        Set<String> paths = new TreeSet<>();
        walk(Objects.requireNonNull(Fields.outline(kind.body()).known().get("spec")), "", paths);
        return paths;
    }

    private static void walk(Outline outline, String path, Set<String> paths) {
        switch (outline) {
            case Outline.Fields fields ->
                fields.known().forEach((name, field) -> {
                    String each = path.isEmpty() ? name : path + "." + name;
                    paths.add(each);
                    walk(field, each, paths);
                });
            case Outline.Items items -> walk(items.item(), path, paths);
            case Outline.Named named -> walk(named.value(), path, paths);
            default -> {
                // No fields.
            }
        }
    }

    @Test
    void everyFieldOfOurOwnKindsIsExplained() {
        assertThat(List.of(Kinds.WAF_POLICY, Kinds.SSO_POLICY))
                .allSatisfy(kind -> assertThat(paths(kind))
                        .allSatisfy(path -> assertThat(Descriptions.of(kind.name(), path))
                                .as(path)
                                .isPresent()));
    }

    @Test
    void everyDescriptionIsOfAFieldThatIsThere() {
        Map<String, Set<String>> byKind = CustomResourceDefinitions.kinds().stream()
                .collect(Collectors.toMap(Kind::name, DescriptionsTest::paths));
        assertThat(Descriptions.all().keySet()).allSatisfy(key -> {
            Optional<String> kind = byKind.keySet().stream()
                    .filter(name -> key.startsWith(name + "."))
                    .findFirst();
            String path = kind.map(name -> key.substring(name.length() + 1)).orElse(key);
            assertThat(kind.map(name -> Set.of(name)).orElse(byKind.keySet()))
                    .as(key)
                    .anySatisfy(name -> assertThat(byKind.get(name)).contains(path));
        });
    }

    @Test
    void aDescriptionIsASentence() {
        assertThat(Descriptions.all())
                .allSatisfy((path, text) -> assertThat(text).as(path).endsWith("."));
    }
}
