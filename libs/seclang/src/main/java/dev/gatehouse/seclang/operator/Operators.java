package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.parse.Suggestion;
import dev.gatehouse.seclang.variable.Macro;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The operators by their names. */
public final class Operators {
    private static final Map<String, Factory> BY_NAME = register();

    private static final Set<String> UNSUPPORTED = Set.of(
            "detectsqli",
            "detectxss",
            "fuzzyhash",
            "geolookup",
            "gsblookup",
            "inspectfile",
            "ipmatchf",
            "ipmatchfromdataset",
            "ipmatchfromfile",
            "pmf",
            "pmfromdataset",
            "pmfromfile",
            "rbl",
            "restpath",
            "rsub",
            "rxglobal",
            "validatedtd",
            "validatehash",
            "validatenid",
            "validateschema",
            "verifycc",
            "verifycpf",
            "verifyssn",
            "verifysvnr");

    private interface Factory {
        Operator create(Span argument) throws SecLangException;
    }

    private interface Comparison {
        boolean holds(long value, long parameter);
    }

    private interface BytesTest {
        boolean holds(Bytes value, Bytes parameter);
    }

    private Operators() {}

    /**
     * Compiles an operator.
     *
     * @param name without the at sign; empty: {@code rx}
     */
    public static Operator compile(Optional<Span> name, Span argument) throws SecLangException {
        if (name.isEmpty()) {
            return RegularExpression.operator(argument);
        }
        String written = name.get().text();
        String lower = written.toLowerCase(Locale.ROOT);
        Optional<Factory> factory = Optional.ofNullable(BY_NAME.get(lower));
        if (factory.isEmpty()) {
            throw name.get()
                    .error(
                            UNSUPPORTED.contains(lower)
                                    ? "operator @" + written + " is not supported yet"
                                    : "unknown operator @" + written + " (expected: one of "
                                            + String.join(", ", names()) + ")" + Suggestion.of(written, names()));
        }
        return factory.get().create(argument);
    }

    private static List<String> names() {
        return List.of(
                "beginsWith",
                "contains",
                "containsWord",
                "endsWith",
                "eq",
                "ge",
                "gt",
                "ipMatch",
                "le",
                "lt",
                "noMatch",
                "pm",
                "rx",
                "streq",
                "strmatch",
                "unconditionalMatch",
                "validateByteRange",
                "validateUrlEncoding",
                "validateUtf8Encoding",
                "within");
    }

    private static Map<String, Factory> register() {
        Map<String, Factory> all = new TreeMap<>();
        all.put("rx", RegularExpression::operator);
        all.put("pm", PhraseMatch::operator);
        all.put("ipmatch", IpMatch::operator);
        all.put("validatebyterange", Encoding::byteRange);
        all.put("validateurlencoding", argument -> (value, context) -> Encoding.isBadUrlEncoding(value));
        all.put("validateutf8encoding", argument -> (value, context) -> Encoding.isBadUtf8(value));
        all.put("unconditionalmatch", argument -> (value, context) -> true);
        all.put("nomatch", argument -> (value, context) -> false);
        all.put("streq", text(Bytes::equals));
        all.put("contains", text((value, parameter) -> value.indexOf(parameter) >= 0));
        all.put("strmatch", text((value, parameter) -> value.indexOf(parameter) >= 0));
        all.put("containsword", text(Operators::containsWord));
        all.put("beginswith", text(Bytes::startsWith));
        all.put("endswith", text(Bytes::endsWith));
        all.put("within", text((value, parameter) -> parameter.indexOf(value) >= 0));
        all.put("eq", number((value, parameter) -> value == parameter));
        all.put("ne", number((value, parameter) -> value != parameter));
        all.put("ge", number((value, parameter) -> value >= parameter));
        all.put("gt", number((value, parameter) -> value > parameter));
        all.put("le", number((value, parameter) -> value <= parameter));
        all.put("lt", number((value, parameter) -> value < parameter));
        return Map.copyOf(all);
    }

    /** The parameter may hold macros. */
    private static Factory text(BytesTest test) {
        return argument -> {
            Macro macro = Macro.parse(argument);
            Optional<Bytes> constant = macro.constant();
            if (constant.isPresent()) {
                Bytes parameter = constant.get();
                return (value, context) -> test.holds(value, parameter);
            }
            return (value, context) -> test.holds(value, macro.expand(context));
        };
    }

    private static Factory number(Comparison comparison) {
        return argument -> {
            Macro macro = Macro.parse(argument);
            Optional<Bytes> constant = macro.constant();
            if (constant.isPresent()) {
                long parameter = Numbers.parse(constant.get());
                return (value, context) -> comparison.holds(Numbers.parse(value), parameter);
            }
            return (value, context) -> comparison.holds(Numbers.parse(value), Numbers.parse(macro.expand(context)));
        };
    }

    /** At word boundaries on both sides. */
    private static boolean containsWord(Bytes value, Bytes word) {
        if (word.length() == 0) {
            return true;
        }
        for (int i = value.indexOf(word); i >= 0; i = value.indexOf(word, i + 1)) {
            int end = i + word.length();
            if ((i == 0 || !Ascii.isWord(value.at(i - 1))) && (end == value.length() || !Ascii.isWord(value.at(end)))) {
                return true;
            }
        }
        return false;
    }

    /** What macros in the argument refer to, for a rule's needs; none where the operator takes no macros. */
    public static List<Macro> macros(Optional<Span> name, Span argument) throws SecLangException {
        List<Macro> macros = new ArrayList<>();
        if (name.isPresent()
                && !Set.of("rx", "pm", "ipmatch").contains(name.get().text().toLowerCase(Locale.ROOT))) {
            macros.add(Macro.parse(argument));
        }
        return macros;
    }
}
