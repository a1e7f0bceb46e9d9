package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.variable.Macro;
import java.util.Locale;

/** Reads what follows {@code setvar:}. */
final class VariableAssignment {
    private VariableAssignment() {}

    static Effect read(Span value) throws SecLangException {
        String text = value.text();
        boolean removal = text.startsWith("!");
        int from = removal ? 1 : 0;
        int dot = text.indexOf('.');
        int equals = text.indexOf('=');
        if (dot < from + 1 || (equals >= 0 && equals < dot)) {
            throw value.error(
                    "setvar:" + text + " (expected: tx.name=value, tx.name=+1, tx.name=-1, tx.name or !tx.name)");
        }
        String collection = text.substring(from, dot).toLowerCase(Locale.ROOT);
        if (!collection.equals("tx")) {
            throw value.error("setvar:" + text + " sets the collection \"" + collection
                    + "\" (expected: tx; others are not supported yet)");
        }
        int keyEnd = equals < 0 ? text.length() : equals;
        if (keyEnd == dot + 1) {
            throw value.error("setvar:" + text + " names no variable (expected: tx.name=value)");
        }
        Macro key = Macro.parse(part(value, dot + 1, keyEnd));
        if (removal) {
            return new Effect.RemoveTx(key);
        }
        if (equals < 0) {
            return new Effect.SetTx(key, Effect.Assignment.SET, Macro.literal(Bytes.number(1)));
        }
        boolean add = text.startsWith("+", equals + 1);
        boolean subtract = text.startsWith("-", equals + 1);
        Macro assigned = Macro.parse(after(value, add || subtract ? equals + 1 : equals));
        return new Effect.SetTx(
                key,
                add ? Effect.Assignment.ADD : subtract ? Effect.Assignment.SUBTRACT : Effect.Assignment.SET,
                assigned);
    }

    /** What follows the character at the index. */
    static Span after(Span value, int index) {
        return part(value, index + 1, value.text().length());
    }

    private static Span part(Span value, int from, int to) {
        return value.part(from, to);
    }
}
