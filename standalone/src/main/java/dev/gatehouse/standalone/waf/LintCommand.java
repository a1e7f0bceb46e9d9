package dev.gatehouse.standalone.waf;

import dev.gatehouse.seclang.Compilation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "lint",
        mixinStandardHelpOptions = true,
        description = {
            "Check files of directives: each error with file, line, column, what was written and what was expected.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  gatehouse waf lint my-rules.conf", "", "Exit code 1: there are errors."})
final class LintCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files of directives, in order.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> files;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private RuleOptions rules;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return switch (rules.compile(files)) {
            case Compilation.Rejected rejected -> {
                rejected.errors().forEach(spec.commandLine().getErr()::println);
                int errors = rejected.errors().size();
                spec.commandLine().getErr().println(errors + (errors == 1 ? " error" : " errors"));
                yield WafCommand.FAILED;
            }
            case Compilation.Compiled compiled -> {
                compiled.warnings()
                        .forEach(warning -> spec.commandLine().getErr().println("warning: " + warning));
                spec.commandLine()
                        .getOut()
                        .println(compiled.rules().size() + " rules, "
                                + compiled.warnings().size() + " warnings");
                spec.commandLine().getOut().flush();
                yield 0;
            }
        };
    }
}
