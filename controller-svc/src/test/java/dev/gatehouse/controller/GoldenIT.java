package dev.gatehouse.controller;

import com.google.protobuf.Message;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.testkit.EnvoyValidate;
import dev.gatehouse.testkit.GoldenFolder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenIT {
    private static final Set<String> FOR_ENVOY =
            Set.of(TypeUrls.LISTENER, TypeUrls.ROUTES, TypeUrls.CLUSTER, TypeUrls.ENDPOINTS, TypeUrls.SECRET);

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
