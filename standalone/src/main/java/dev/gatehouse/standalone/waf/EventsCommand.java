package dev.gatehouse.standalone.waf;

import dev.gatehouse.standalone.instance.Component;
import dev.gatehouse.standalone.instance.InstanceOptions;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.Replica;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = {
            "Print the last requests that the WAF blocked, or in which its rules found something, of all replicas of waf-svc, oldest"
                    + " first. Each replica keeps 1,000 of them, without values of the request.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse waf events",
            "  gatehouse waf events --context prod --blocked --follow",
            "  gatehouse waf events --policy shop/waf --rule 942100 -o json",
            "",
            "All that is kept for longer: the audit log (docs/waf.md)."
        })
final class EventsCommand implements Callable<Integer> {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    enum Form {
        text,
        json
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private InstanceOptions instance;

    @Option(
            names = "--last",
            paramLabel = "NUMBER",
            defaultValue = "50",
            description = "At most so many (${DEFAULT-VALUE}).")
    private int last;

    @Option(names = "--policy", paramLabel = "NAME", description = "Only those of this policy: namespace/name.")
    private @Nullable String policy;

    @Option(names = "--rule", paramLabel = "ID", description = "Only those in which this rule matched.")
    private @Nullable Long rule;

    @Option(names = "--blocked", description = "Only requests that were blocked.")
    private boolean blocked;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with each that comes. Ends with Ctrl-C.")
    private boolean follow;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            defaultValue = "text",
            description = "Lines, or a JSON object a line (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private Form form;

    /** Where a replica's events were read up to. */
    private record Place(String life, long number) {}

    private final Map<String, Place> places = new HashMap<>();

    @Override
    public Integer call() throws IOException {
        try (RunningGatehouse gatehouse = instance.open()) {
            List<JsonObject> events;
            try (Progress progress = Progress.of(spec)) {
                events = read(gatehouse, progress);
            }
            events.subList(Math.max(0, events.size() - last), events.size()).forEach(this::print);
            while (follow) {
                Thread.sleep(LOOK_EVERY);
                try (Progress progress = Progress.of(spec)) {
                    read(gatehouse, progress).forEach(this::print);
                }
            }
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /** The events of all replicas since the last call, by time. */
    private List<JsonObject> read(RunningGatehouse gatehouse, Progress progress) throws IOException {
        List<JsonObject> events = new ArrayList<>();
        for (Replica replica : gatehouse.ready(Component.WAF)) {
            progress.step("asking " + replica);
            Place place = places.get(replica.name());
            JsonObject page = page(gatehouse, replica, place == null ? 0 : place.number());
            if (place != null && !place.life().equals(page.getString("life"))) {
                // The process was started again, and counts anew.
                page = page(gatehouse, replica, 0);
            }
            places.put(replica.name(), new Place(page.getString("life"), page.getLong("last")));
            objects(page.getJsonArray("events")).stream()
                    .filter(this::wanted)
                    .map(event -> event.put("replica", replica.name()))
                    .forEach(events::add);
        }
        events.sort(Comparator.comparing(event -> event.getInstant("at")));
        return events;
    }

    private static JsonObject page(RunningGatehouse gatehouse, Replica replica, long after) throws IOException {
        return new JsonObject(gatehouse.get(replica, "/gatehouse/waf/events?after=" + after));
    }

    private boolean wanted(JsonObject event) {
        return (policy == null || policy.equals(event.getString("policy")))
                && (!blocked || "blocked".equals(event.getString("verdict")))
                && (rule == null
                        || objects(event.getJsonArray("rules")).stream()
                                .anyMatch(each -> Objects.equals(each.getLong("id"), rule)));
    }

    private void print(JsonObject event) {
        spec.commandLine().getOut().println(form == Form.json ? event.encode() : text(event));
        spec.commandLine().getOut().flush();
    }

    static String text(JsonObject event) {
        StringBuilder text = new StringBuilder()
                .append(event.getString("at"))
                .append(' ')
                .append(event.getString("verdict"))
                .append(event.containsKey("status") ? " " + event.getInteger("status") : "")
                .append(' ')
                .append(event.getString("client"))
                .append(' ')
                .append(event.getString("method"))
                .append(' ')
                .append(event.getString("host"))
                .append(event.getString("path"))
                .append(" by ")
                .append(event.getString("policy"))
                .append(" (")
                .append(event.getString("replica"))
                .append(", ")
                .append(event.getString("uniqueId"))
                .append(')');
        for (JsonObject each : objects(event.getJsonArray("rules"))) {
            text.append("\n    ")
                    .append(each.getLong("id"))
                    .append(' ')
                    .append(each.getString("message"))
                    .append(List.of(each.getString("severity"), each.getString("variable")).stream()
                            .filter(part -> !part.isEmpty())
                            .collect(Collectors.joining(", ", " (", ")"))
                            .replace(" ()", ""));
        }
        int leftOut = event.getInteger("rulesLeftOut");
        return text.append(leftOut == 0 ? "" : "\n    and " + leftOut + " further rules")
                .toString();
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }
}
