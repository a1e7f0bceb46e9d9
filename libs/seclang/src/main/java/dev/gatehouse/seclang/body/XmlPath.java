package dev.gatehouse.seclang.body;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Chooses texts and attributes of a document: the paths of XPath without predicates and functions. {@code /*} is every text, as in
 * Coraza, and where elements are inside of a text the text of the whole document too, as in ModSecurity; {@code //@*} every attribute; {@code /a/b}, {@code //b} and {@code //b/text()} the texts inside of elements, {@code //b/@c} an
 * attribute. A name without a prefix means the element whatever its prefix is; one with a prefix means the names of the namespace that
 * the prefix stands for in the path, whatever the document's own prefix for it is.
 */
public final class XmlPath {
    /** Says which namespace a prefix stands for. */
    public interface Namespaces {
        /** Empty: the prefix is not declared. */
        Optional<Bytes> named(String prefix);
    }

    /**
     * A name in a path.
     *
     * @param local the name without the prefix; {@code *}: any name
     * @param namespace empty: any namespace
     */
    private record Name(Bytes local, Optional<Bytes> namespace) {
        private static final Name ANY = new Name(Bytes.latin1("*"), Optional.empty());

        static Name of(String text, Namespaces namespaces) {
            int colon = text.indexOf(':');
            return new Name(
                    Bytes.utf8(text.substring(colon + 1)),
                    colon < 0 ? Optional.empty() : namespaces.named(text.substring(0, colon)));
        }

        boolean admits(XmlDocument document, int element, Bytes written, boolean attribute) {
            int colon = written.indexOf(':', 0);
            boolean any = local.length() == 1 && local.at(0) == '*';
            return (any || written.slice(colon + 1).equals(local))
                    && (namespace.isEmpty()
                            || document.namespace(element, written, attribute).equals(namespace.get()));
        }
    }

    /**
     * A step to an element.
     *
     * @param anywhere whether other elements may be between this step and the previous one
     */
    private record Step(boolean anywhere, Name name) {
        boolean admits(XmlDocument document, int element) {
            return name.admits(
                    document, element, document.elements().get(element).name(), false);
        }
    }

    /** Of a name, not of an axis as in {@code child::a}. */
    private static final Pattern PREFIX = Pattern.compile("([^/@:]+):(?!:)[^/@:]");

    private final String text;
    private final List<Step> steps;
    private final Optional<Name> attribute;
    private final boolean directText;

    private XmlPath(String text, List<Step> steps, Optional<Name> attribute, boolean directText) {
        this.text = text;
        this.steps = List.copyOf(steps);
        this.attribute = attribute;
        this.directText = directText;
    }

    /** A path whose names have no prefixes. */
    static Optional<XmlPath> parse(String text) {
        return parse(text, prefix -> Optional.empty());
    }

    /** Each text of a document. */
    public static XmlPath everyText() {
        return parse("/*").orElseThrow();
    }

    /** The value of each attribute of a document. */
    public static XmlPath everyAttribute() {
        return parse("//@*").orElseThrow();
    }

    /** The first prefix of a path that is not declared. */
    public static Optional<String> undeclared(String text, Namespaces namespaces) {
        return PREFIX.matcher(text)
                .results()
                .map(found -> found.group(1))
                .filter(prefix -> namespaces.named(prefix).isEmpty())
                .findFirst();
    }

    /** Empty if it is none that can be read. A prefix that is not declared means any namespace. */
    public static Optional<XmlPath> parse(String text, Namespaces namespaces) {
        List<Step> steps = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            boolean anywhere = text.startsWith("//", at);
            if (text.charAt(at) != '/') {
                return Optional.empty();
            }
            at += anywhere ? 2 : 1;
            boolean isAttribute = at < text.length() && text.charAt(at) == '@';
            int from = isAttribute ? at + 1 : at;
            int to = text.indexOf('/', from) < 0 ? text.length() : text.indexOf('/', from);
            String name = text.substring(from, to);
            boolean last = to == text.length();
            if (name.equals("text()") && last && !isAttribute) {
                return Optional.of(new XmlPath(text, withAny(steps, anywhere), Optional.empty(), true));
            }
            if (!isName(name) || (isAttribute && !last)) {
                return Optional.empty();
            }
            if (isAttribute) {
                return Optional.of(
                        new XmlPath(text, withAny(steps, anywhere), Optional.of(Name.of(name, namespaces)), false));
            }
            steps.add(new Step(anywhere, Name.of(name, namespaces)));
            at = to;
        }
        return steps.isEmpty() ? Optional.empty() : Optional.of(new XmlPath(text, steps, Optional.empty(), false));
    }

    private static List<Step> withAny(List<Step> steps, boolean anywhere) {
        if (anywhere) {
            steps.add(new Step(true, Name.ANY));
        }
        return steps;
    }

    /** {@code *} and {@code prefix:*} are any name, and any of a namespace. */
    private static boolean isName(String name) {
        String plain = name.endsWith(":*") ? name.substring(0, name.length() - 2) : name;
        return name.equals("*")
                || (!plain.isEmpty()
                        && plain.chars()
                                .allMatch(c -> Ascii.isWord(c) || c == ':' || c == '-' || c == '.' || c > 0x7f));
    }

    /** The values that it chooses, in the order of the document, all under the path's text as their name. */
    public void select(XmlDocument document, FieldSink sink) {
        Bytes name = Bytes.utf8(text);
        boolean everyText = attribute.isEmpty() && text.equals("/*");
        // The last match is the one that logs show: the shorter one.
        if (everyText) {
            document.mixedText().ifPresent(whole -> sink.take(name, whole));
        }
        for (XmlDocument.Node node : document.nodes()) {
            boolean isAttribute = node.attribute().length() > 0;
            if (isAttribute != attribute.isPresent()
                    || (isAttribute && !attribute.get().admits(document, node.element(), node.attribute(), true))) {
                continue;
            }
            if (everyText || chosen(document, node.element(), isAttribute)) {
                sink.take(name, node.value());
            }
        }
    }

    /** Whether the element is at the end of the path, or for texts of whole elements inside of such a one. */
    private boolean chosen(XmlDocument document, int element, boolean exact) {
        if (exact || directText) {
            return ends(document, element, steps.size() - 1);
        }
        for (int i = element; i >= 0; i = document.elements().get(i).parent()) {
            if (ends(document, i, steps.size() - 1)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the first steps, up to {@code last}, lead to the element. Greedy from the end: steps hold names only. */
    private boolean ends(XmlDocument document, int element, int last) {
        int at = element;
        for (int i = last; i >= 0; i--) {
            Step step = steps.get(i);
            boolean below = i < last && steps.get(i + 1).anywhere();
            while (below && at >= 0 && !reaches(document, at, i)) {
                at = document.elements().get(at).parent();
            }
            if (at < 0 || !step.admits(document, at)) {
                return false;
            }
            at = document.elements().get(at).parent();
        }
        return steps.isEmpty() ? element < 0 : steps.getFirst().anywhere() || at < 0;
    }

    /** Whether the run of steps that are parent and child, and ends with step {@code i}, fits the element. */
    private boolean reaches(XmlDocument document, int element, int i) {
        int at = element;
        for (int step = i; step >= 0; step--) {
            if (at < 0 || !steps.get(step).admits(document, at)) {
                return false;
            }
            at = document.elements().get(at).parent();
            if (steps.get(step).anywhere()) {
                return true;
            }
        }
        return at < 0;
    }

    /** Paths with equal text and equal namespaces are equal, so that each distinct path is evaluated once for all rules. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof XmlPath path
                && path.text.equals(text)
                && path.steps.equals(steps)
                && path.attribute.equals(attribute);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
