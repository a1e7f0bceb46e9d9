package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.text.ResourceTrees;
import dev.gatehouse.controller.text.StatusTrees;
import dev.gatehouse.envoyapi.TypeUrls;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever becomes of a file: nothing throws, each problem has a place, and what is sound is served. */
class TranslationPropertyTest {
    private static final List<String> VALUES = List.of(
            "\"\"",
            "null",
            "0",
            "-1",
            "99999",
            "true",
            "[]",
            "{}",
            "\"*\"",
            "\"*.example.com\"",
            "\"/\"",
            "\"(\"",
            "teg",
            "HTTP",
            "HTTPS",
            "TLS",
            "TCP",
            "UDP",
            "Exact",
            "PathPrefix",
            "RegularExpression",
            "Gateway",
            "Service",
            "Backend",
            "1s",
            "80",
            "443",
            "\"\\u0000\"");

    @Property(tries = 300)
    void mutatedObjectsAreTranslatedAndWhatIsServingHasItsListener(@ForAll("folders") String folder, @ForAll long seed)
            throws IOException {
        Random random = new Random(seed);
        String text = mutate(Files.readString(Path.of(folder, "in.yaml")), random);
        Path file = Files.createTempFile("mutated", ".yaml");
        try {
            Files.writeString(file, text);
            check(OfflineTranslation.of(List.of(file), Golden.settings()), text);
        } finally {
            Files.delete(file);
        }
    }

    private static void check(OfflineTranslation translation, String text) {
        Set<String> served = translation.translator().resources().entrySet().stream()
                .filter(entry -> entry.getKey().typeUrl().equals(TypeUrls.LISTENER))
                .map(entry -> entry.getKey().fleet() + " "
                        + port((Listener) entry.getValue().message()))
                .collect(Collectors.toSet());
        for (GatewayState gateway : translation.translator().gateways().values()) {
            for (ListenerState listener : gateway.listeners()) {
                if (listener.serving() && listener.protocol().orElseThrow().http()) {
                    assertThat(served).as(text).contains(gateway.fleet() + " " + listener.boundPort());
                }
            }
        }
        translation.translator().resources().forEach((id, output) -> {
            if (output.message() instanceof RouteConfiguration table) {
                assertThat(table.getVirtualHostsList().stream()
                                .map(VirtualHost::getDomainsList)
                                .flatMap(List::stream))
                        .as(text)
                        .doesNotHaveDuplicates();
            }
        });
        int lines = (int) text.lines().count() + 1;
        translation.problems().forEach(problem -> {
            assertThat(problem.message()).isNotBlank();
            assertThat(problem.location().line()).isBetween(1, lines);
        });
        assertThat(ResourceTrees.of(translation.translator().resources(), _ -> true))
                .isNotNull();
        assertThat(StatusTrees.of(
                        translation.objects(), translation.translator().statuses(), "2026-01-01T00:00:00Z"))
                .isNotNull();
    }

    private static int port(Listener listener) {
        return listener.getAddress().getSocketAddress().getPortValue();
    }

    private static String mutate(String text, Random random) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        for (int i = random.nextInt(6); i >= 0; i--) {
            int at = random.nextInt(lines.size());
            String line = lines.get(at);
            int colon = line.indexOf(": ");
            switch (random.nextInt(5)) {
                case 0 -> {
                    if (lines.size() > 1) {
                        lines.remove(at);
                    }
                }
                case 1 -> lines.add(at, line);
                case 2 -> {
                    if (colon >= 0) {
                        lines.set(at, line.substring(0, colon + 2) + VALUES.get(random.nextInt(VALUES.size())));
                    }
                }
                case 3 -> {
                    String other = lines.get(random.nextInt(lines.size()));
                    int from = other.indexOf(": ");
                    if (colon >= 0 && from >= 0) {
                        lines.set(at, line.substring(0, colon) + other.substring(from));
                    }
                }
                default -> {
                    List<String> documents = List.of(text.split("(?m)^---\n"));
                    lines.add("---");
                    lines.addAll(documents
                            .get(random.nextInt(documents.size()))
                            .replaceFirst("name: (\\S+)", "name: $1-" + random.nextInt(3))
                            .lines()
                            .toList());
                }
            }
        }
        return String.join("\n", lines) + "\n";
    }

    @Provide
    Arbitrary<String> folders() {
        return Arbitraries.of(
                Golden.folders().stream().map(each -> each.path().toString()).toList());
    }
}
