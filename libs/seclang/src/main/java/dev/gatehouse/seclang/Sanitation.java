package dev.gatehouse.seclang;

import dev.gatehouse.seclang.variable.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The values of one transaction that the audit log hides ({@code sanitiseArg} and others). */
final class Sanitation {
    private final List<String> hidden = new ArrayList<>();

    void hide(Variable variable, String name) {
        hidden.add(label(variable, name));
    }

    /** @param name as {@code ARGS:password} */
    void hideMatched(String name) {
        hidden.add(name.replaceFirst("^ARGS_(GET|POST):", "ARGS:").toUpperCase(Locale.ROOT));
    }

    boolean hides(Variable variable, String name) {
        return hidden.contains(label(variable, name));
    }

    boolean hidesAny() {
        return !hidden.isEmpty();
    }

    private static String label(Variable variable, String name) {
        return (variable + ":" + name).toUpperCase(Locale.ROOT);
    }
}
