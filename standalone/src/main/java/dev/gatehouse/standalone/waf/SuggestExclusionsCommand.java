package dev.gatehouse.standalone.waf;

import dev.gatehouse.seclangtools.exclusions.Exclusions;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "suggest-exclusions",
        mixinStandardHelpOptions = true,
        description = {
            "Suggest exclusions from an audit log in JSON (SecAuditLogFormat JSON): which rules matched which arguments, of how"
                    + " many clients. Look at each before you use it: an exclusion lets attacks through there.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  gatehouse waf suggest-exclusions audit.log --clients 5 > exclusions.conf"})
final class SuggestExclusionsCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "AUDITLOG", description = "A file; - is the standard input.")
    @SuppressWarnings("NullAway.Init")
    private Path log;

    @Option(
            names = "--clients",
            paramLabel = "NUMBER",
            defaultValue = "2",
            description = "Only what so many addresses matched (${DEFAULT-VALUE}).")
    private int clients;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (InputStream in = log.toString().equals("-") ? System.in : Files.newInputStream(log)) {
            Exclusions.Result result = Exclusions.read(in);
            if (result.records() == 0) {
                throw new IOException(log + ": no record of a transaction in " + result.others()
                        + " lines (expected: an audit log with SecAuditLogFormat JSON, of SecAuditLogType Serial)");
            }
            int few = 0;
            for (Exclusions.Suggestion found : result.suggestions()) {
                if (found.clients() >= clients) {
                    out.println("# " + found.message().replaceAll("\\p{Cntrl}", " ") + ": " + found.matches()
                            + " matches of " + found.clients() + " clients");
                    out.println(found.directive());
                } else {
                    few++;
                }
            }
            out.println("# " + result.records() + " records; left out: " + few + " rules and targets that fewer than "
                    + clients + " clients matched");
        }
        out.flush();
        return 0;
    }
}
