package dev.gatehouse.standalone.signon;

import dev.gatehouse.controller.text.YamlText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What importing commands share: objects on standard output, the report on standard error. */
final class Printing {
    private Printing() {}

    /** The text of a file that a user named; "-" is standard input. */
    static String text(Path file) throws IOException {
        return file.toString().equals("-")
                ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                : Files.readString(file);
    }

    static String name(Path file) {
        return file.toString().equals("-") ? "<stdin>" : file.toString();
    }

    /** Prints the report, and the objects unless something is wrong with them: an exit code. */
    static int print(
            Supplier<List<Map<String, Object>>> objects, Report report, ImportOptions options, CommandLine command) {
        options.wrongTarget().ifPresent(target -> {
            throw new ParameterException(
                    command,
                    "\"" + target + "\" is no target (expected: HTTPRoute/NAME, Gateway/NAME, or with /SECTION).");
        });
        List<Map<String, Object>> made = report.hasErrors() ? List.of() : objects.get();
        report.print(command.getErr());
        if (report.hasErrors()) {
            return ImportCommand.FAILED;
        }
        if (report.hasGaps() && !options.allowGaps()) {
            command.getErr()
                    .println("Nothing was written: what has no counterpart would change who is let in"
                            + " (--allow-gaps writes the policies all the same).");
            command.getErr().flush();
            return ImportCommand.FAILED;
        }
        PrintWriter out = command.getOut();
        made.forEach(object -> {
            out.println("---");
            out.print(YamlText.of(object));
        });
        out.flush();
        return 0;
    }
}
