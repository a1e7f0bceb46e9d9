package dev.gatehouse.controller.explain;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A condition of a rule, compared with the request.
 *
 * @param subject the compared property, such as "method"
 * @param expected the expected value, in words
 * @param got the request's value, in words and without secrets
 */
record Condition(String subject, String expected, String got, Holds holds) {
    /** Whether the request meets the condition. */
    enum Holds {
        yes,
        no,
        /** The request does not contain the deciding fact. */
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

    /** The condition as a reason why a rule does not apply to the request. */
    String mismatch() {
        return subject + " is " + got + " (expected: " + expected + ")";
    }

    /** The condition as a fact that is still unknown. */
    String asked() {
        return subject + " is " + expected;
    }
}
