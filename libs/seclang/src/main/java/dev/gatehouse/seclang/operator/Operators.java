package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Diagnostic;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.parse.Suggestion;
import dev.gatehouse.seclang.transform.UrlCodec;
import dev.gatehouse.seclang.variable.Macro;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The operators by their names. */
public final class Operators {
    private static final Set<String> NUMERIC = Set.of("eq", "ne", "ge", "gt", "le", "lt");
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d|%\\{");

    private static final Map<String, Factory> BY_NAME = register();

    /** Operators that are refused, since a rule without its operator would protect less than its author expects. */
    private static final Map<String, String> REFUSED = Map.of(
            "fuzzyhash", "ssdeep's hashes are not computed",
            "geolookup", "the engine reads no database of places; match addresses by @ipMatch",
            "gsblookup", "Google has ended the Safe Browsing database of this form",
            "inspectfile", "it runs a program for each upload; put a scanner in front of the backend",
            "rbl", "a request does not wait for name servers; use @ipMatchFromFile or @ipMatchFromDataset",
            "rsub", "the WAF does not write bodies",
            "validatedtd", "document type definitions are never loaded; use @validateSchema",
            "validatehash", "links in pages are not signed by a proxy's WAF");

    /** Operators whose parameters are patterns, file names or lists, in which a percent sign does not begin a macro. */
    private static final Set<String> WITHOUT_MACROS = Set.of(
            "detectsqli",
            "detectxss",
            "ipmatch",
            "ipmatchf",
            "ipmatchfromdataset",
            "ipmatchfromfile",
            "pm",
            "pmf",
            "pmfromdataset",
            "pmfromfile",
            "restpath",
            "rxglobal",
            "validatebyterange",
            "validatenid",
            "validateschema",
            "verifycc",
            "verifycpf",
            "verifyssn",
            "verifysvnr");

    private interface Factory {
        Operator create(Span argument, OperatorFiles files) throws SecLangException;
    }

    private interface PlainFactory {
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
     * @param files supplies the files that parameters name
     */
    public static Operator compile(Optional<Span> name, Span argument, OperatorFiles files) throws SecLangException {
        if (name.isEmpty()) {
            return RegularExpression.operator(argument, files);
        }
        String written = name.get().text();
        String lower = written.toLowerCase(Locale.ROOT);
        Optional<Factory> factory = Optional.ofNullable(BY_NAME.get(lower));
        if (factory.isEmpty()) {
            throw name.get()
                    .error(Optional.ofNullable(REFUSED.get(lower))
                            .map(reason -> "operator @" + written + " is not supported: " + reason)
                            .orElseGet(() -> "unknown operator @" + written + " (expected: one of "
                                    + String.join(", ", names()) + ")" + Suggestion.of(written, names())));
        }
        return factory.get().create(argument, files);
    }

    /** A warning about a valid but probably unintended parameter: a text that is not a number counts as 0, as in ModSecurity. */
    public static Optional<Diagnostic> doubt(Optional<Span> name, Span argument) {
        boolean isNumber = NUMBER.matcher(argument.text()).lookingAt();
        return name.filter(written -> NUMERIC.contains(written.text().toLowerCase(Locale.ROOT)) && !isNumber)
                .map(written -> argument.diagnostic("@" + written + " \"" + argument
                        + "\" compares with 0 (expected: a number, or a reference as in %{tx.limit})"));
    }

    private static List<String> names() {
        return List.of(
                "beginsWith",
                "contains",
                "containsWord",
                "detectSQLi",
                "detectXSS",
                "endsWith",
                "eq",
                "ge",
                "gt",
                "ipMatch",
                "ipMatchFromDataset",
                "ipMatchFromFile",
                "le",
                "lt",
                "noMatch",
                "pm",
                "pmFromDataset",
                "pmFromFile",
                "restpath",
                "rx",
                "rxGlobal",
                "streq",
                "strmatch",
                "unconditionalMatch",
                "validateByteRange",
                "validateNid",
                "validateSchema",
                "validateUrlEncoding",
                "validateUtf8Encoding",
                "verifyCC",
                "verifyCPF",
                "verifySSN",
                "verifySVNR",
                "within");
    }

    private static Map<String, Factory> register() {
        Map<String, Factory> all = new TreeMap<>();
        all.put("rx", RegularExpression::operator);
        all.put("rxglobal", RegularExpression::globalOperator);
        all.put("restpath", plain(RestPath::operator));
        all.put("pm", plain(PhraseMatch::operator));
        all.put("pmf", PhraseMatch::fromFile);
        all.put("pmfromfile", PhraseMatch::fromFile);
        all.put("pmfromdataset", PhraseMatch::fromDataset);
        all.put("ipmatch", plain(IpMatch::operator));
        all.put("ipmatchf", IpMatch::fromFile);
        all.put("ipmatchfromfile", IpMatch::fromFile);
        all.put("ipmatchfromdataset", IpMatch::fromDataset);
        all.put("validatebyterange", plain(Encoding::byteRange));
        all.put("validatenid", plain(IdentityNumbers::nationalId));
        all.put("validateschema", Operators::schema);
        all.put("verifycc", plain(argument -> IdentityNumbers.operator(argument, IdentityNumbers::isCard)));
        all.put("verifycpf", plain(argument -> IdentityNumbers.operator(argument, IdentityNumbers::isCpf)));
        all.put("verifyssn", plain(argument -> IdentityNumbers.operator(argument, IdentityNumbers::isSsn)));
        all.put("verifysvnr", plain(argument -> IdentityNumbers.operator(argument, IdentityNumbers::isSvnr)));
        all.put("validateurlencoding", plain(argument -> (value, context) -> UrlCodec.isBadlyEncoded(value)));
        all.put("validateutf8encoding", plain(argument -> (value, context) -> Encoding.isBadUtf8(value)));
        all.put("unconditionalmatch", plain(argument -> (value, context) -> true));
        all.put("nomatch", plain(argument -> (value, context) -> false));
        all.put("detectsqli", plain(argument -> new SqlInjection()));
        all.put("detectxss", plain(argument -> new HtmlInjection()));
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

    /** By the file's name. */
    private static Operator schema(Span argument, OperatorFiles files) throws SecLangException {
        return argument.text().strip().toLowerCase(Locale.ROOT).endsWith(".json")
                ? JsonSchemas.operator(argument, files)
                : XmlSchema.operator(argument, files);
    }

    private static Factory plain(PlainFactory factory) {
        return (argument, files) -> factory.create(argument);
    }

    /** The parameter may hold macros. */
    private static Factory text(BytesTest test) {
        return (argument, files) -> {
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
        return (argument, files) -> {
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

    /** The macros in the argument, for a rule's needs; an empty list if the operator takes no macros. */
    public static List<Macro> macros(Optional<Span> name, Span argument) throws SecLangException {
        String lower = name.map(Span::text).orElse("rx").toLowerCase(Locale.ROOT);
        if (lower.equals("rx")) {
            return List.of(Macro.parsePattern(argument));
        }
        return WITHOUT_MACROS.contains(lower) ? List.of() : List.of(Macro.parse(argument));
    }
}
