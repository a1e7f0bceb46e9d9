package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.text.StatusTrees;
import dev.gatehouse.controller.text.YamlText;
import dev.gatehouse.testkit.GoldenFolder;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FleetGoldenTest {
    static List<GoldenFolder> folders() {
        return FleetGolden.folders();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void gatewaysAndEnvoyProxiesBecomeTheseObjects(GoldenFolder folder) {
        folder.check(
                "objects.yaml",
                FleetGolden.fleets(folder).entrySet().stream()
                        .map(FleetGoldenTest::text)
                        .collect(Collectors.joining()));
    }

    @ParameterizedTest
    @MethodSource("folders")
    void theStatusesTellWhatIsWrong(GoldenFolder folder) {
        OfflineTranslation translation = FleetGolden.translate(folder);
        folder.check(
                "status.yaml",
                StatusTrees.of(translation.objects(), translation.translator().statuses(), "2026-01-01T00:00:00Z")
                        .stream()
                        .map(tree -> {
                            tree.remove("spec");
                            return YamlText.of(tree);
                        })
                        .collect(Collectors.joining("---\n")));
    }

    private static String text(Map.Entry<String, Infrastructure> fleet) {
        return switch (fleet.getValue()) {
            case Infrastructure.Desired desired ->
                desired.objects().stream()
                        .map(object -> "---\n# " + fleet.getKey() + "\n" + YamlText.of(object.tree()))
                        .collect(Collectors.joining());
            case Infrastructure.Kept _ -> "---\n# " + fleet.getKey() + ": kept as it is\n";
            case Infrastructure.Invalid invalid ->
                "---\n# " + fleet.getKey() + ": kept as it is: " + invalid.message() + "\n";
        };
    }
}
