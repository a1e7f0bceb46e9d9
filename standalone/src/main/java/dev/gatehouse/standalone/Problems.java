package dev.gatehouse.standalone;

import dev.gatehouse.gatewayapi.yaml.Problem;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Help.ColorScheme;

/** Prints problems with files, one a line, in the order of the files. */
final class Problems {
    private static final Comparator<Problem> ORDER = Comparator.<Problem, String>comparing(
                    problem -> problem.location().file())
            .thenComparing(problem -> problem.location().line())
            .thenComparing(problem -> problem.location().column());

    private Problems() {}

    /** True if a problem prevents the use of an object as written. */
    static boolean haveErrors(List<Problem> problems) {
        return problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
    }

    static void print(List<Problem> problems, PrintWriter out, ColorScheme colours) {
        problems.stream()
                .sorted(ORDER)
                .map(Problem::toString)
                .distinct()
                .forEach(line -> out.println(colours.errorText(line)));
        out.flush();
    }
}
