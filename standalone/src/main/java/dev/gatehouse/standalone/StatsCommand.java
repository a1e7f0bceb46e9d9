package dev.gatehouse.standalone;

import dev.gatehouse.standalone.instance.Component;
import dev.gatehouse.standalone.instance.ComponentOption;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.Replica;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import dev.gatehouse.standalone.instance.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        description = {
            "Print metrics of the services and of the proxies, each process for itself: those that docs/metrics.md"
                    + " lists, and Envoy's.",
            ""
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse stats ratelimit-svc",
            "  gatehouse stats proxy --filter downstream_rq_",
            "  gatehouse stats --context prod --filter '^gatehouse_.*_errors' --nonzero",
            "",
            "Exit code 1: a process does not answer."
        })
final class StatsCommand extends InstanceQuery {
    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ComponentOption components;

    @Option(
            names = "--filter",
            paramLabel = "REGEX",
            description = "Only series whose name with labels has a match of this regular expression.")
    private @Nullable Pattern filter;

    @Option(names = "--nonzero", description = "Only series whose value is not 0.")
    private boolean nonzero;

    private record Series(Replica replica, String name, String value) {}

    @Override
    public Integer call() throws IOException {
        List<Series> series = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        try (RunningGatehouse gatehouse = instance.open();
                Progress progress = Progress.of(spec)) {
            for (Replica replica : components.replicas(spec, gatehouse)) {
                progress.step("asking " + replica);
                try {
                    read(gatehouse, replica, series);
                } catch (IOException e) {
                    failures.add(replica + ": " + e.getMessage());
                }
            }
        }
        print(() -> tree(series), out -> out.print(table(series)));
        failures.forEach(each -> spec.commandLine()
                .getErr()
                .println(spec.commandLine().getColorScheme().errorText("gatehouse: " + each)));
        return failures.isEmpty() ? 0 : Gatehouse.FAILED;
    }

    private void read(RunningGatehouse gatehouse, Replica replica, List<Series> series) throws IOException {
        String page = replica.component() == Component.PROXY ? "/stats/prometheus" : "/q/metrics";
        gatehouse
                .get(replica, page)
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .forEach(line -> {
                    // A value has no space; a label may.
                    int space = line.lastIndexOf(' ');
                    Series each = new Series(replica, line.substring(0, space), line.substring(space + 1));
                    if ((filter == null || filter.matcher(each.name()).find()) && !(nonzero && isZero(each.value()))) {
                        series.add(each);
                    }
                });
    }

    private static boolean isZero(String value) {
        try {
            return Double.parseDouble(value) == 0;
        } catch (NumberFormatException e) {
            return false; // "+Inf", "NaN"
        }
    }

    private static List<Map<String, String>> tree(List<Series> series) {
        return series.stream()
                .map(each -> Map.of(
                        "component", each.replica().component().text(),
                        "process", each.replica().name(),
                        "series", each.name(),
                        "value", each.value()))
                .toList();
    }

    private static String table(List<Series> series) {
        Table table = new Table("PROCESS", "VALUE", "SERIES");
        series.forEach(each -> table.row(each.replica().name(), each.value(), each.name()));
        return table.text();
    }
}
