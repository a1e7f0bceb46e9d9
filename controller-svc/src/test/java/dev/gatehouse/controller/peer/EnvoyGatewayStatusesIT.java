package dev.gatehouse.controller.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.text.StatusTrees;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.seclangtools.GoModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The statuses that Envoy Gateway expects for its own translator cases. What differs on purpose is argued in {@code docs/status-parity.md},
 * which is this test's list of cases that may differ. All differences of a run are in {@code target/peer-statuses.txt}. {@code
 * -Dgolden.update=true} takes the cases off the list that do not differ any more; to add one takes a reason, and a hand.
 */
class EnvoyGatewayStatusesIT {
    private static final String MODULE = "github.com/envoyproxy/gateway@v1.9.1";
    private static final Path ARGUED = Path.of("../docs/status-parity.md");
    private static final Pattern ARGUED_CASE = Pattern.compile("^- `([^`]+)`.*");

    @TempDir
    private Path folder;

    @Test
    void statusesAreEnvoyGatewaysButForTheArguedDifferences() throws IOException, InterruptedException {
        Set<String> different = new TreeSet<>();
        StringBuilder report = new StringBuilder();
        List<PeerCase> cases = PeerCase.all(module().resolve("internal/gatewayapi/testdata"));
        for (PeerCase each : cases) {
            List<String> differences = differences(each);
            if (!differences.isEmpty()) {
                different.add(each.name());
                report.append("-- ").append(each.name()).append('\n');
                differences.forEach(line -> report.append("  ").append(line).append('\n'));
            }
        }
        report.append("%d of %d cases differ\n".formatted(different.size(), cases.size()));
        Files.writeString(Path.of("target/peer-statuses.txt"), report);
        assertThat(cases).hasSizeGreaterThan(700);
        if (Boolean.getBoolean("golden.update")) {
            strike(different);
        }
        assertThat(different).isEqualTo(argued());
    }

    private List<String> differences(PeerCase each) throws IOException {
        Path file = folder.resolve("in.yaml");
        Files.writeString(file, each.text());
        OfflineTranslation translation = OfflineTranslation.preview(List.of(file), settings(each));
        Set<Statement> ours = Statement.of(StatusTrees.of(
                translation.objects(),
                translation.broken(),
                translation.translator().statuses(),
                "2026-01-01T00:00:00Z"));
        Set<Statement> theirs = Statement.of(each.expected());
        List<String> differences = new ArrayList<>();
        theirs.stream().filter(statement -> !ours.contains(statement)).forEach(only -> differences.add("- " + only));
        ours.stream()
                .filter(statement -> !theirs.contains(statement))
                .forEach(only -> differences.add("+ " + only + ": " + only.message()));
        if (!differences.isEmpty()) {
            translation.problems().forEach(problem -> differences.add("! " + problem));
        }
        return differences;
    }

    private static Settings settings(PeerCase each) {
        CalloutAddress callout = new CalloutAddress("127.0.0.1", 18000);
        // As the peer's test has them.
        return new Settings(
                        List.of(PeerCase.CONTROLLER),
                        Settings::shiftPrivileged,
                        new Settings.Callouts(callout, callout, callout))
                .with(Settings.Extensions.OFFLINE
                        .withLua(true)
                        .withPatches(true)
                        .withDiscovery(!each.name().endsWith("disabled")));
    }

    private static void strike(Set<String> different) throws IOException {
        List<String> left = Files.readAllLines(ARGUED).stream()
                .filter(line -> {
                    Matcher argued = ARGUED_CASE.matcher(line);
                    return !argued.matches() || different.contains(argued.group(1));
                })
                .toList();
        Files.write(ARGUED, left);
    }

    private static Set<String> argued() throws IOException {
        Set<String> names = new TreeSet<>();
        for (String line : Files.readAllLines(ARGUED)) {
            Matcher argued = ARGUED_CASE.matcher(line);
            if (argued.matches()) {
                names.add(argued.group(1));
            }
        }
        return names;
    }

    /** The module; where it cannot be had, the test is left out, but for CI, where it fails. */
    private static Path module() throws IOException, InterruptedException {
        try {
            return GoModule.folder(MODULE);
        } catch (IOException e) {
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                throw e;
            }
            Assumptions.abort(MODULE + " is not here: " + e.getMessage());
            throw e;
        }
    }
}
