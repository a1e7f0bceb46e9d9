package dev.gatehouse.gatewayapi.yaml;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The problems that a schema found in an object before its reader reads it.
 *
 * <p>Not thread-safe.
 */
final class SchemaFindings {
    /** There is no schema. */
    static final SchemaFindings NONE = new SchemaFindings(false, List.of());

    private final boolean declared;
    private final List<Problem> left;
    private final Set<String> paths = new HashSet<>();

    SchemaFindings(boolean declared, List<Problem> problems) {
        this.declared = declared;
        this.left = new ArrayList<>(problems);
        problems.forEach(problem -> paths.add(problem.path()));
    }

    /**
     * True if there is a schema. A field that the schema accepts and the reader does not know is then a field of the
     * API that Gatehouse does not serve.
     */
    boolean declared() {
        return declared;
    }

    /** True if the problem does not repeat a problem of the schema. */
    boolean isNew(Problem problem) {
        return problem.severity() == Problem.Severity.WARNING || !paths.contains(problem.path());
    }

    /** True if there are problems below {@code path}. */
    boolean hasBelow(String path) {
        return paths.stream().anyMatch(each -> each.startsWith(path + ".") || each.startsWith(path + "["));
    }

    /** Removes and returns the problems at {@code path} and below. */
    List<Problem> take(String path) {
        List<Problem> taken = left.stream()
                .filter(problem -> problem.path().equals(path)
                        || problem.path().startsWith(path + ".")
                        || problem.path().startsWith(path + "["))
                .toList();
        left.removeAll(taken);
        return taken;
    }

    /** What nobody took out. */
    List<Problem> rest() {
        return List.copyOf(left);
    }
}
