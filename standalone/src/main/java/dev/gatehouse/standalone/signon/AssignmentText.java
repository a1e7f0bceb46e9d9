package dev.gatehouse.standalone.signon;

import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A text of lines {@code name = value}, as oauth2-proxy's configuration file (a subset of TOML: strings, numbers, booleans and lists) and
 * files of environment variables are.
 */
final class AssignmentText {
    private final String file;
    private final String text;
    private final boolean shell;
    private final Report report;
    private int at;
    private int line;

    private AssignmentText(Location begin, String text, boolean shell, Report report) {
        this.file = begin.file();
        this.line = begin.line();
        this.text = text;
        this.shell = shell;
        this.report = report;
    }

    /** Reads a configuration file. */
    static List<Setting> read(Location begin, String text, Report report) {
        return new AssignmentText(begin, text, false, report).settings();
    }

    /** Reads a file of environment variables: a value without quotes goes on to the end of its line. */
    static List<Setting> readEnvironment(Location begin, String text, Report report) {
        return new AssignmentText(begin, text, true, report).settings();
    }

    private List<Setting> settings() {
        List<Setting> settings = new ArrayList<>();
        while (true) {
            skip(true);
            if (at >= text.length()) {
                return settings;
            }
            Location location = here();
            int begin = at;
            while (at < text.length() && "=\n#".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String name = unquoted(text.substring(begin, at).strip());
            if (shell && name.startsWith("export ")) {
                name = name.substring("export ".length()).strip();
            }
            if (name.startsWith("[")) {
                report.wrong(location, name, "a table (expected: NAME = VALUE, without tables)");
                endLine();
            } else if (at >= text.length() || text.charAt(at) != '=' || !name.matches("[A-Za-z0-9_.-]+")) {
                report.wrong(
                        location,
                        name.matches("[A-Za-z0-9_.-]+") ? name : "line " + location.line(),
                        "is no setting (expected: NAME = VALUE)");
                endLine();
            } else {
                at++;
                String option = name;
                value(location, option).ifPresent(values -> settings.add(new Setting(option, location, values)));
            }
        }
    }

    private static String unquoted(String name) {
        return name.length() > 1 && name.startsWith("\"") && name.endsWith("\"")
                ? name.substring(1, name.length() - 1)
                : name;
    }

    private Optional<List<String>> value(Location location, String name) {
        skip(false);
        if (!shell && at < text.length() && text.charAt(at) == '[') {
            return list(location, name);
        }
        Optional<String> one = scalar(location, name, shell ? "\n" : "\n#");
        one.ifPresentOrElse(_ -> restOfLine(name), this::endLine);
        return one.map(List::of);
    }

    private Optional<List<String>> list(Location location, String name) {
        List<String> values = new ArrayList<>();
        at++;
        while (true) {
            skip(true);
            if (at >= text.length()) {
                report.wrong(location, name, "the list is not closed (expected: ])");
                return Optional.empty();
            }
            if (text.charAt(at) == ']') {
                at++;
                restOfLine(name);
                return Optional.of(values);
            }
            if (text.charAt(at) == ',') {
                at++;
                continue;
            }
            int before = at;
            Optional<String> value = scalar(here(), name, ",]\n#");
            if (value.isEmpty() || at == before) {
                endLine();
                return Optional.empty();
            }
            values.add(value.get());
        }
    }

    private Optional<String> scalar(Location location, String name, String ends) {
        if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
            return quoted(location, name);
        }
        int begin = at;
        while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String value = text.substring(begin, at).strip();
        if (!shell && !value.matches("true|false|[-+0-9._]+")) {
            report.wrong(
                    location,
                    name,
                    "the value is not quoted (expected: \"text\", a number, true, false, or a list of such)");
            return Optional.empty();
        }
        return Optional.of(value);
    }

    private Optional<String> quoted(Location location, String name) {
        String three = text.substring(at, Math.min(text.length(), at + 3));
        boolean block = three.equals("\"\"\"") || three.equals("'''");
        String end = block ? three : text.substring(at, at + 1);
        boolean escapes = end.startsWith("\"");
        at += end.length();
        StringBuilder value = new StringBuilder();
        boolean right = true;
        while (at < text.length() && !text.startsWith(end, at)) {
            char c = text.charAt(at++);
            if (c == '\n') {
                if (!block) {
                    at--;
                    break;
                }
                line++;
            }
            if (c == '\\' && escapes && at < text.length() && text.charAt(at) != '\n') {
                char escaped = text.charAt(at++);
                int known = "ntr\"\\$".indexOf(escaped);
                if (known < 0 && right) {
                    report.wrong(
                            location, name, "\"\\" + escaped + "\" is no escape (expected: \\\", \\\\, \\n, \\r, \\t)");
                }
                // What follows is read to its end: it may be secret, and must not be taken for names.
                right &= known >= 0;
                value.append(known < 0 ? escaped : "\n\t\r\"\\$".charAt(known));
            } else {
                value.append(c);
            }
        }
        if (!text.startsWith(end, at)) {
            report.wrong(location, name, "the text is not closed (expected: " + end + ")");
            return Optional.empty();
        }
        at += end.length();
        return right
                ? Optional.of(block && value.indexOf("\n") == 0 ? value.substring(1) : value.toString())
                : Optional.empty();
    }

    /** Spaces and comments, and also line ends. */
    private void skip(boolean lines) {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#' && (lines || !shell)) {
                while (at < text.length() && text.charAt(at) != '\n') {
                    at++;
                }
            } else if (c == '\n' && lines) {
                line++;
                at++;
            } else if (c == ' ' || c == '\t' || c == '\r') {
                at++;
            } else {
                return;
            }
        }
    }

    private void restOfLine(String name) {
        skip(false);
        if (at < text.length() && text.charAt(at) == '#') {
            endLine();
        } else if (at < text.length() && text.charAt(at) != '\n') {
            report.wrong(here(), name, "something follows the value (expected: the end of the line)");
            endLine();
        }
    }

    private void endLine() {
        while (at < text.length() && text.charAt(at) != '\n') {
            at++;
        }
    }

    private Location here() {
        int begin = text.lastIndexOf('\n', Math.max(0, at - 1)) + 1;
        return new Location(file, line, (at < begin ? 0 : at - begin) + 1);
    }
}
