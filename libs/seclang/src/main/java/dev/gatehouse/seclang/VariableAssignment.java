package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.variable.Macro;
import dev.gatehouse.seclang.variable.Variable;

/** Reads the values of {@code setvar:}, {@code expirevar:}, {@code deprecatevar:} and {@code initcol:}. */
final class VariableAssignment {
    private VariableAssignment() {}

    /** The parts of {@code collection.key=value}. */
    private record Parts(Variable collection, VariableKey key, Span whole, int equals) {
        Span value() {
            return after(whole, equals);
        }
    }

    private static Parts parts(Span value, int from, String action, String expected) throws SecLangException {
        String text = value.text();
        int equals = text.indexOf('=');
        int end = equals < 0 ? text.length() : equals;
        int separator = text.indexOf('.', from);
        if (separator < 0 || separator > end) {
            separator = text.indexOf(':', from);
        }
        if (separator < from + 1 || separator > end) {
            throw value.error(action + ":" + text + " (expected: " + expected + ")");
        }
        Span name = value.part(from, separator);
        Variable collection = Variable.named(name.text())
                .filter(variable -> variable == Variable.TX || variable.isPersistent())
                .orElseThrow(() -> name.error(action + ":" + text + " sets \"" + name
                        + "\" (expected: tx, ip, session, user, global or resource)"));
        if (separator + 1 == end) {
            throw value.error(action + ":" + text + " names no variable (expected: " + expected + ")");
        }
        return new Parts(collection, VariableKey.of(Macro.parse(value.part(separator + 1, end))), value, equals);
    }

    static Effect set(Span value) throws SecLangException {
        boolean removal = value.text().startsWith("!");
        Parts parts =
                parts(value, removal ? 1 : 0, "setvar", "tx.name=value, tx.name=+1, tx.name=-1, tx.name or !tx.name");
        if (removal) {
            return new Effect.RemoveVariable(parts.collection(), parts.key());
        }
        if (parts.equals() < 0) {
            return new Effect.SetVariable(
                    parts.collection(), parts.key(), Effect.Assignment.SET, Macro.literal(Bytes.number(1)));
        }
        String text = value.text();
        boolean add = text.startsWith("+", parts.equals() + 1);
        boolean subtract = text.startsWith("-", parts.equals() + 1);
        Macro assigned = Macro.parse(after(value, add || subtract ? parts.equals() + 1 : parts.equals()));
        return new Effect.SetVariable(
                parts.collection(),
                parts.key(),
                add ? Effect.Assignment.ADD : subtract ? Effect.Assignment.SUBTRACT : Effect.Assignment.SET,
                assigned);
    }

    static Effect expire(Span value) throws SecLangException {
        String expected = "ip.name=seconds";
        Parts parts = parts(value, 0, "expirevar", expected);
        if (parts.equals() < 0) {
            throw value.error("expirevar:" + value + " (expected: " + expected + ")");
        }
        Macro seconds = Macro.parse(parts.value());
        boolean number = seconds.constant()
                .map(text -> text.length() > 0 && text.toString().chars().allMatch(Ascii::isDigit))
                .orElse(true);
        if (!number) {
            throw parts.value().error("expirevar:" + value + " (expected: a number of seconds)");
        }
        return new Effect.ExpireVariable(parts.collection(), parts.key(), seconds);
    }

    static Effect deprecate(Span value) throws SecLangException {
        String expected = "ip.name=amount/seconds";
        Parts parts = parts(value, 0, "deprecatevar", expected);
        String[] numbers =
                parts.equals() < 0 ? new String[0] : parts.value().text().split("/", -1);
        boolean valid = numbers.length == 2;
        for (String number : numbers) {
            valid &= !number.isEmpty() && number.length() < 10 && number.chars().allMatch(Ascii::isDigit);
        }
        if (!valid || Long.parseLong(numbers[1]) == 0) {
            throw value.error("deprecatevar:" + value + " (expected: " + expected + ", as in ip.score=60/300)");
        }
        return new Effect.DeprecateVariable(
                parts.collection(), parts.key(), Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    }

    /** {@code ip=%{REMOTE_ADDR}}. */
    static Effect init(Span value) throws SecLangException {
        int equals = value.text().indexOf('=');
        if (equals < 1 || equals + 1 == value.text().length()) {
            throw value.error("initcol:" + value + " (expected: collection=key, as in ip=%{REMOTE_ADDR})");
        }
        Span name = value.part(0, equals);
        Variable collection = Variable.named(name.text())
                .filter(Variable::isPersistent)
                .orElseThrow(() -> name.error("initcol:" + value + " loads \"" + name
                        + "\" (expected: ip, session, user, global or resource)"));
        return new Effect.InitCollection(collection, Macro.parse(after(value, equals)));
    }

    /** The text after the character at {@code index}. */
    static Span after(Span value, int index) {
        return value.part(index + 1, value.text().length());
    }
}
