package dev.gatehouse.seclang.libinjection;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * libinjection's tables, read once from {@code tables.txt}, which {@code libinjection-tables} makes.
 *
 * @param words the words of SQL, some with spaces in them, by token type
 * @param elements the HTML elements that are dangerous by themselves
 * @param attributes the HTML attributes that are dangerous or may have a dangerous value, by the first letter of BLACK,
 * URL, STYLE or INDIRECT
 * @param events the HTML events: an attribute made of {@code on} and an event runs its value
 */
record Tables(WordTable words, Fingerprints fingerprints, WordTable elements, WordTable attributes, WordTable events) {
    static final Tables READ = read();

    private static Tables read() {
        Map<String, List<String>> sections = sections();
        return new Tables(
                typed(sections, "words"),
                new Fingerprints(section(sections, "fingerprints")),
                plain(sections, "elements"),
                typed(sections, "attributes"),
                plain(sections, "events"));
    }

    private static Map<String, List<String>> sections() {
        Map<String, List<String>> sections = new HashMap<>();
        String section = "";
        for (String line : text().split("\n", -1)) {
            if (line.startsWith("[")) {
                section = line.substring(1, line.length() - 1);
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                sections.computeIfAbsent(section, name -> new ArrayList<>()).add(line);
            }
        }
        return sections;
    }

    private static String text() {
        try (InputStream in = Optional.ofNullable(Tables.class.getResourceAsStream("tables.txt"))
                .orElseThrow(() -> new IllegalStateException("tables.txt is not beside " + Tables.class))) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> section(Map<String, List<String>> sections, String name) {
        return Optional.ofNullable(sections.get(name))
                .orElseThrow(() -> new IllegalStateException("tables.txt has no [" + name + "]"));
    }

    private static WordTable plain(Map<String, List<String>> sections, String name) {
        Map<String, Character> types = new HashMap<>();
        section(sections, name).forEach(word -> types.put(word, 'B'));
        return new WordTable(types);
    }

    /** Lines of a type, a space and a word. */
    private static WordTable typed(Map<String, List<String>> sections, String name) {
        Map<String, Character> types = new HashMap<>();
        for (String line : section(sections, name)) {
            types.put(line.substring(line.indexOf(' ') + 1), line.charAt(0));
        }
        return new WordTable(types);
    }
}
