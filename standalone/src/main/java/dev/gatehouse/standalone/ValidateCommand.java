package dev.gatehouse.standalone;

import dev.gatehouse.controller.files.Advice;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.waf.crs.InstalledRuleSets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description = {
            "Check files: every error with file, line, column, field, the value, and what was expected. References between"
                    + " the objects are checked too, so name all files that belong together; the rules of WAFPolicies; and whatever"
                    + " authz-svc and ratelimit-svc would refuse.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse validate -f examples/quickstart",
            "  gatehouse validate *.yaml",
            "  kubectl get gateways,httproutes -A -o yaml | gatehouse validate -f -",
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

    @Option(
            names = "--crs-directory",
            paramLabel = "DIR",
            description = "Versions of the Core Rule Set besides the bundled one, as GATEHOUSE_WAF_CRS_DIRECTORY:"
                    + " 4.28.0/rules and so on.")
    private @Nullable Path coreRuleSets;

    @Override
    public Integer call() {
        OfflineTranslation translation = files.translate(spec.commandLine());
        List<Problem> problems = new ArrayList<>(translation.problems());
        problems.addAll(WafRuleCheck.of(translation, new InstalledRuleSets(Optional.ofNullable(coreRuleSets))));
        problems.addAll(CalloutCheck.of(translation));
        problems.addAll(Advice.of(
                translation.objects(),
                translation.translator().gateways(),
                translation.translator().statuses(),
                Instant.now()));
        Problems.print(problems, spec.commandLine().getErr(), spec.commandLine().getColorScheme());
        long errors = problems.stream()
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
