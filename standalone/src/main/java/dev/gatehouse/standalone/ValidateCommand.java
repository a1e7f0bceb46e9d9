package dev.gatehouse.standalone;

import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description = {
            "Check files: every error with file, line, column, field, the value, and what was expected. References between"
                    + " the objects are checked too, so name all files that belong together.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse validate -f examples/quickstart",
            "  gatehouse validate *.yaml",
            "",
            "Exit code 1: there are errors."
        })
final class ValidateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private FileOptions files;

    @Override
    public Integer call() {
        if (files.roots().isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Which files? Name them with -f FILE.");
        }
        OfflineTranslation translation = files.translate();
        Problems.print(
                translation.problems(),
                spec.commandLine().getErr(),
                spec.commandLine().getColorScheme());
        long errors = translation.problems().stream()
                .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                .map(Problem::toString)
                .distinct()
                .count();
        int objects = translation.objects().size();
        spec.commandLine()
                .getOut()
                .println(objects
                        + (objects == 1 ? " object, " : " objects, ")
                        + errors
                        + (errors == 1 ? " error" : " errors"));
        spec.commandLine().getOut().flush();
        return errors > 0 ? Gatehouse.FAILED : 0;
    }
}
