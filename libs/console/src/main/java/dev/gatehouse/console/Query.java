package dev.gatehouse.console;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The query of a page's address: parameters with their values, in order. */
public record Query(Map<String, List<String>> parameters) {
    public Query {
        parameters = new LinkedHashMap<>(parameters);
    }

    @Override
    public Map<String, List<String>> parameters() {
        return new LinkedHashMap<>(parameters);
    }

    /** The first value without surrounding space; an empty text if there is none. */
    String first(String name) {
        return parameters.getOrDefault(name, List.of("")).getFirst().strip();
    }

    /** The page number, from 1. A value that is not a number is read as 1. */
    int page() {
        String text = first("page");
        return text.matches("[1-9]\\d{0,5}") ? Integer.parseInt(text) : 1;
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
