package dev.gatehouse.controller;

import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.text.ResourceTrees;
import dev.gatehouse.controller.text.StatusTrees;
import dev.gatehouse.controller.text.YamlText;
import dev.gatehouse.testkit.GoldenFolder;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenTest {
    private static final String SHARED_CALLOUTS = "gatehouse/";

    static List<GoldenFolder> folders() {
        return Golden.folders();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void objectsBecomeTheseResourcesAndStatuses(GoldenFolder folder) {
        OfflineTranslation translation = Golden.translate(folder);
        // The clusters of the callout services are the same for every Gateway: one folder shows them.
        boolean showCallouts = folder.name().equals("simple");
        folder.check(
                "xds.yaml",
                YamlText.of(ResourceTrees.of(
                        translation.translator().resources(),
                        id -> showCallouts || !id.name().startsWith(SHARED_CALLOUTS))));
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

    @ParameterizedTest
    @MethodSource("folders")
    void theProblemsAreTold(GoldenFolder folder) {
        OfflineTranslation translation = Golden.translate(folder);
        folder.check(
                "problems.txt",
                translation.problems().stream()
                        .map(problem -> problem.toString().replaceFirst("^.*/golden/", ""))
                        .sorted()
                        .collect(Collectors.joining("\n")));
    }
}
