package dev.gatehouse.controller.console;

import dev.gatehouse.console.model.ProblemEntry;
import dev.gatehouse.console.model.Tone;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.util.ArrayList;
import java.util.List;

/** The problems of files, each with its place. */
public final class FileProblems {
    private FileProblems() {}

    /** The problems of the files that {@code view} includes, and the objects that an edit broke. */
    public static List<ProblemEntry> of(FileSource files, ControllerView view) {
        List<ProblemEntry> problems = new ArrayList<>();
        for (Problem problem : files.problems(view)) {
            problems.add(new ProblemEntry(
                    problem.severity() == Problem.Severity.ERROR ? Tone.BAD : Tone.WARNING,
                    problem.location().toString(),
                    problem.object(),
                    problem.path(),
                    problem.message(),
                    "",
                    path(problem.object())));
        }
        for (ObjectRef ref : files.stale()) {
            problems.add(new ProblemEntry(
                    Tone.WARNING,
                    "",
                    ref.toString(),
                    "",
                    "an edit broke it, and its last good version is served",
                    "Correct the file; what is wrong in it is listed here, too.",
                    ControllerConsole.path(ref)));
        }
        return problems;
    }

    /** @param object "Kind namespace/name", or another text */
    private static String path(String object) {
        String[] kindAndName = object.split(" ", 2);
        String[] name = kindAndName[kindAndName.length - 1].split("/", 2);
        return kindAndName.length == 2 && name.length == 2
                ? ControllerConsole.path(new ObjectRef(kindAndName[0], name[0], name[1]))
                : "";
    }
}
