package dev.gatehouse.controller.explain;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A part of a rule, beside what the request has.
 *
 * @param subject what is compared, such as "method"
 * @param expected in words
 * @param got in words, without secrets
 */
record Condition(String subject, String expected, String got, Holds holds) {
    /** Whether the request meets it. */
    enum Holds {
        yes,
        no,
        /** What decides is not in the request. */
        unknown
    }

    static Condition of(String subject, String expected, String got, boolean holds) {
        return new Condition(subject, expected, got, holds ? Holds.yes : Holds.no);
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("condition", subject);
        tree.put("expected", expected);
        tree.put("got", got);
        tree.put("holds", holds.name());
        return tree;
    }

    /** As a reason why a rule is not for a request. */
    String mismatch() {
        return subject + " is " + got + " (expected: " + expected + ")";
    }

    /** As something that has yet to be known. */
    String asked() {
        return subject + " is " + expected;
    }
}
