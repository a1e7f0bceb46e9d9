package dev.gatehouse.controller;

import com.google.protobuf.Message;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.testkit.EnvoyValidate;
import dev.gatehouse.testkit.GoldenFolder;
import dev.gatehouse.testkit.MaxMindDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenIT {
    private static final Set<String> FOR_ENVOY =
            Set.of(TypeUrls.LISTENER, TypeUrls.ROUTES, TypeUrls.CLUSTER, TypeUrls.ENDPOINTS, TypeUrls.SECRET);

    /** Databases of locations, which Envoy reads when it loads a listener. */
    @BeforeAll
    static void writeDatabases() throws IOException {
        for (String name : List.of("City", "Country", "Anonymous")) {
            new MaxMindDatabase("GeoLite2-" + name)
                    .with("192.0.2.0/24", Map.of())
                    .write(Path.of("target", "geo", name.toLowerCase(Locale.ROOT) + ".mmdb"));
        }
    }

    static List<GoldenFolder> folders() {
        return Golden.folders();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void theRealEnvoyLoadsWhatComesOut(GoldenFolder folder) {
        Map<String, List<Message>> byFleet = Golden.translate(folder).translator().resources().entrySet().stream()
                .filter(entry -> FOR_ENVOY.contains(entry.getKey().typeUrl()))
                .collect(Collectors.groupingBy(
                        entry -> fleet(entry.getKey()), Collectors.mapping(GoldenIT::message, Collectors.toList())));
        byFleet.values().forEach(EnvoyValidate::assertLoads);
    }

    private static String fleet(ResourceId id) {
        return id.fleet();
    }

    private static Message message(Map.Entry<ResourceId, Output> entry) {
        return entry.getValue().message();
    }
}
