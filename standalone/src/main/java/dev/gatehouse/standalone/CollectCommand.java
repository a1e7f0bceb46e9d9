package dev.gatehouse.standalone;

import dev.gatehouse.standalone.collect.SupportBundle;
import dev.gatehouse.standalone.instance.Component;
import dev.gatehouse.standalone.instance.InstanceOptions;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "collect",
        mixinStandardHelpOptions = true,
        description = {
            "Collect what somebody who helps needs into one zip file: versions, objects with their statuses, pods, what xDS serves and"
                    + " proxies have, metrics, logs, the last WAF events.",
            "",
            "Secrets are told by the names of their keys alone. Their values, private keys, tokens, passwords and headers with credentials"
                    + " are taken out wherever they stand. Names, hosts, paths and addresses stay: look into the file before you"
                    + " pass it on.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse collect",
            "  gatehouse collect --context prod --since 2h --file bundle.zip",
            "",
            "Exit code 0 even if something could not be had: it is printed, and named in manifest.json."
        })
final class CollectCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private InstanceOptions instance;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "The zip file to write (gatehouse-TIME.zip in this folder).")
    private @Nullable Path file;

    @Option(
            names = "--since",
            paramLabel = "SPAN",
            defaultValue = "1h",
            converter = TimeSpan.class,
            description = "How far logs go back: 90s, 10m, 2h, 1d (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private Duration since;

    @Override
    public Integer call() throws IOException {
        Path target =
                Objects.requireNonNullElseGet(file, () -> Path.of("gatehouse-" + TIME.format(Instant.now()) + ".zip"));
        SupportBundle.Result result;
        try (RunningGatehouse gatehouse = instance.open();
                Progress progress = Progress.of(spec)) {
            // Nothing is written where nothing runs.
            gatehouse.replicas(Component.PROXY);
            result = new SupportBundle(gatehouse, progress).write(target, GatehouseVersion.ofBuild(), since);
        }
        var out = spec.commandLine().getOut();
        result.missing().forEach(each -> out.println("not had: " + each));
        out.println(target + ": " + result.files() + " files, without secrets");
        out.flush();
        return 0;
    }
}
