package dev.gatehouse.seclang;

import dev.gatehouse.seclang.body.XmlPath;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.RegularExpression;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.parse.Suggestion;
import dev.gatehouse.seclang.parse.TargetText;
import dev.gatehouse.seclang.regex.Patterns;
import dev.gatehouse.seclang.variable.Variable;
import java.util.List;
import java.util.Optional;

/** Compiles the members of a list of variables. */
final class Targets {
    private Targets() {}

    /** Compiles a target that is removed from rules. The rules know their own namespaces, so XML paths are compared as written. */
    static Target compile(TargetText text, Patterns patterns) throws SecLangException {
        return compile(text, patterns, prefix -> Optional.of(Bytes.EMPTY));
    }

    /** @param namespaces the namespaces of paths in XML documents: the rule's {@code xmlns} */
    static Target compile(TargetText text, Patterns patterns, XmlPath.Namespaces namespaces) throws SecLangException {
        Variable variable = Variable.named(text.name().text()).orElseThrow(() -> unknown(text.name()));
        if (text.key().isEmpty()) {
            return new Target(variable, new Selector.All(), text.count());
        }
        Span key = text.key().get();
        if (!variable.isCollection()) {
            throw key.error(
                    variable + " is one value and has no key \"" + key + "\" (expected: " + variable + " alone)");
        }
        return new Target(variable, selector(variable, key, text.pattern(), patterns, namespaces), text.count());
    }

    /** The target for operators that validate whole documents. A variable with a part of a body stands for the whole body. */
    static Target document(Target target) {
        if (!target.isAll() || target.count()) {
            return target;
        }
        return switch (target.variable()) {
            case XML, REQUEST_BODY -> new Target(Variable.STREAM_INPUT_BODY, target.selector(), false);
            case RESPONSE_XML -> new Target(Variable.STREAM_OUTPUT_BODY, target.selector(), false);
            default -> target;
        };
    }

    private static Selector selector(
            Variable variable, Span key, boolean pattern, Patterns patterns, XmlPath.Namespaces namespaces)
            throws SecLangException {
        if (variable == Variable.XML || variable == Variable.RESPONSE_XML) {
            String path = pattern ? "/" + key.text() + "/" : key.text();
            Optional<String> undeclared = XmlPath.undeclared(path, namespaces);
            if (undeclared.isPresent()) {
                throw key.error("the prefix " + undeclared.get() + " of \"" + path
                        + "\" stands for no namespace (expected: an action of the rule as in xmlns:" + undeclared.get()
                        + "=https://example.com/orders, or names without a prefix, which mean any namespace)");
            }
            return new Selector.Path(XmlPath.parse(path, namespaces)
                    .orElseThrow(() -> key.error("\"" + path
                            + "\" is no path that can be followed (expected: XPath without predicates and functions, as in"
                            + " /*, //@*, /a/b, //b/text() or //b/@c)")));
        }
        return pattern
                ? new Selector.Matching(RegularExpression.compileIgnoringCase(key, patterns), key.text())
                : new Selector.Key(Bytes.utf8(key.text()));
    }

    /** Reads a list with one member, as in {@code ctl:ruleRemoveTargetById}. */
    static Target single(Span list) throws SecLangException {
        List<TargetText> texts = TargetText.list(list);
        TargetText text = texts.getFirst();
        if (texts.size() > 1 || text.count() || text.exclude()) {
            throw list.error("\"" + list + "\" (expected: one variable, as in ARGS:password)");
        }
        return compile(text, Patterns.ANEW);
    }

    private static SecLangException unknown(Span name) {
        return name.error(Variable.refusal(name.text())
                .map(reason -> "variable " + name + " means nothing here: " + reason)
                .orElseGet(
                        () -> "unknown variable \"" + name + "\" (expected: a variable as ARGS or REQUEST_HEADERS:Host)"
                                + Suggestion.of(name.text(), Variable.names())));
    }
}
