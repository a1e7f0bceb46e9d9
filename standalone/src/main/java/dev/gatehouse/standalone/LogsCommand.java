package dev.gatehouse.standalone;

import dev.gatehouse.standalone.instance.Component;
import dev.gatehouse.standalone.instance.ComponentOption;
import dev.gatehouse.standalone.instance.InstanceOptions;
import dev.gatehouse.standalone.instance.LogLine;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.Replica;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = {
            "Print what the services and the proxies log, merged by time. Of an instance on this machine these are the last 5,000"
                    + " lines.",
            ""
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse logs",
            "  gatehouse logs waf-svc proxy --since 1h",
            "  gatehouse logs --context prod shop/front --follow",
            "",
            "Exit code 1: a log cannot be read."
        })
final class LogsCommand implements Callable<Integer> {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private InstanceOptions instance;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ComponentOption components;

    @Option(
            names = "--since",
            paramLabel = "SPAN",
            defaultValue = "10m",
            converter = TimeSpan.class,
            description = "How far back: 90s, 10m, 2h, 1d (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private Duration since;

    @Option(
            names = "--tail",
            paramLabel = "LINES",
            defaultValue = "1000",
            description = "At most so many lines of each process (${DEFAULT-VALUE}).")
    private int tail;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with each line that is logged; pods that come are taken in. Ends with Ctrl-C.")
    private boolean follow;

    @Option(names = "--raw", description = "Print lines as they are: services log JSON on a cluster.")
    private boolean raw;

    private final ReentrantLock printing = new ReentrantLock();

    private record Line(Replica replica, LogLine line) {}

    @Override
    public Integer call() throws IOException {
        try (RunningGatehouse gatehouse = instance.open()) {
            return follow ? follow(gatehouse) : printOnce(gatehouse);
        }
    }

    private int printOnce(RunningGatehouse gatehouse) throws IOException {
        List<Line> lines = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        try (Progress progress = Progress.of(spec)) {
            for (Replica replica : components.replicas(spec, gatehouse)) {
                progress.step("reading the log of " + replica);
                try {
                    gatehouse.logs(replica, since, tail).forEach(line -> lines.add(new Line(replica, line)));
                } catch (IOException e) {
                    failures.add(e.getMessage());
                }
            }
        }
        lines.sort(Comparator.comparing(each -> each.line().at()));
        lines.forEach(each -> print(each.replica(), each.line()));
        failures.forEach(this::failed);
        return failures.isEmpty() ? 0 : Gatehouse.FAILED;
    }

    /** Follows each process on a thread of its own. The log of a restarted process is continued where it stopped. */
    private int follow(RunningGatehouse gatehouse) throws IOException {
        Map<Replica, Thread> followed = new HashMap<>();
        Instant began = Instant.now().minus(since);
        Map<String, Instant> last = new HashMap<>();
        try {
            while (true) {
                for (Replica replica : components.replicas(spec, gatehouse)) {
                    Thread thread = followed.entrySet().stream()
                            .filter(each -> each.getKey().name().equals(replica.name())
                                    && each.getKey().component() == replica.component())
                            .map(Map.Entry::getValue)
                            .findFirst()
                            .orElse(null);
                    if (thread == null || !thread.isAlive()) {
                        followed.keySet()
                                .removeIf(each ->
                                        each.name().equals(replica.name()) && each.component() == replica.component());
                        followed.put(
                                replica,
                                Thread.ofVirtual()
                                        .name("log of " + replica)
                                        .start(() -> follow(gatehouse, replica, began, last)));
                    }
                }
                Thread.sleep(LOOK_EVERY);
            }
        } catch (InterruptedException e) {
            return 0;
        } finally {
            followed.values().forEach(Thread::interrupt);
        }
    }

    private void follow(RunningGatehouse gatehouse, Replica replica, Instant began, Map<String, Instant> last) {
        Instant from;
        printing.lock();
        try {
            from = last.getOrDefault(replica.name(), began);
        } finally {
            printing.unlock();
        }
        try {
            gatehouse.follow(replica, Duration.between(from, Instant.now()), line -> {
                printing.lock();
                try {
                    // The API server accepts whole seconds only, so lines that were already printed are returned again.
                    if (line.at().isAfter(last.getOrDefault(replica.name(), Instant.MIN))) {
                        last.put(replica.name(), line.at());
                        print(replica, line);
                    }
                } finally {
                    printing.unlock();
                }
            });
        } catch (IOException e) {
            failed(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void print(Replica replica, LogLine line) {
        String text = raw || replica.component() == Component.PROXY ? line.text() : readable(line.text());
        spec.commandLine().getOut().println(TIME.format(line.at()) + " " + replica.name() + " " + text);
        spec.commandLine().getOut().flush();
    }

    private void failed(String message) {
        spec.commandLine().getErr().println(spec.commandLine().getColorScheme().errorText("gatehouse: " + message));
        spec.commandLine().getErr().flush();
    }

    /** A record of a service in Quarkus' JSON, as a line; anything else as it is. */
    static String readable(String text) {
        if (!text.startsWith("{")) {
            return text;
        }
        JsonObject record;
        try {
            record = new JsonObject(text);
        } catch (DecodeException e) {
            return text;
        }
        if (!record.containsKey("message") || !record.containsKey("level")) {
            return text;
        }
        String exception = record.getValue("exception") instanceof JsonObject thrown
                ? ": " + thrown.getString("exceptionType") + ": " + thrown.getString("message")
                : "";
        return Stream.of(
                        record.getString("level"),
                        "[" + record.getString("loggerName") + "]",
                        record.getString("message") + exception)
                .reduce((a, b) -> a + " " + b)
                .orElse(text);
    }
}
