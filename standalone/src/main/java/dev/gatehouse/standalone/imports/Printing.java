package dev.gatehouse.standalone.imports;

import dev.gatehouse.controller.text.YamlText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine;

/** What importing commands share: objects on standard output, the report on standard error. */
public final class Printing {
    /** The exit code if the input prevents the import. */
    public static final int FAILED = 1;

    private Printing() {}

    /** The text of a file that a user named; "-" is standard input. */
    public static String text(Path file) throws IOException {
        return file.toString().equals("-")
                ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                : Files.readString(file);
    }

    /** The name of a file that a user named, as messages tell it. */
    public static String name(Path file) {
        return file.toString().equals("-") ? "<stdin>" : file.toString();
    }

    /**
     * Prints the report, and the objects unless something is wrong with them.
     *
     * @param objects are asked for once, unless the report has errors already
     * @param allowGaps write the objects though something has no counterpart
     * @return the exit code
     */
    public static int print(
            Supplier<List<Map<String, Object>>> objects, Report report, boolean allowGaps, CommandLine command) {
        return print(objects, report, allowGaps, command, made -> {
            command.getOut().print(documents(made));
            command.getOut().flush();
        });
    }

    /** As {@link #print(Supplier, Report, boolean, CommandLine)}; {@code sink} writes the objects, where they may be written. */
    public static int print(
            Supplier<List<Map<String, Object>>> objects,
            Report report,
            boolean allowGaps,
            CommandLine command,
            Consumer<List<Map<String, Object>>> sink) {
        List<Map<String, Object>> made = report.hasErrors() ? List.of() : objects.get();
        report.print(command.getErr());
        if (report.hasErrors()) {
            return FAILED;
        }
        if (report.hasGaps() && !allowGaps) {
            command.getErr()
                    .println("Nothing was written: what has no counterpart would change who is let in"
                            + " (--allow-gaps writes the policies all the same).");
            command.getErr().flush();
            return FAILED;
        }
        sink.accept(made);
        return 0;
    }

    /** Objects as documents of one YAML text. */
    public static String documents(List<Map<String, Object>> objects) {
        StringBuilder text = new StringBuilder();
        objects.forEach(object -> text.append("---\n").append(YamlText.of(object)));
        return text.toString();
    }
}
