package dev.gatehouse.seclang.body;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses texts and attributes of a document: the paths of XPath without predicates and functions. {@code /*} is every text, as in
 * Coraza; {@code //@*} every attribute; {@code /a/b}, {@code //b} and {@code //b/text()} the texts inside of elements, {@code //b/@c} an
 * attribute. A name without a prefix means the element whatever its prefix is.
 */
public final class XmlPath {
    /**
     * A step to an element.
     *
     * @param anywhere whether any elements may be between it and the step before
     * @param name {@code *}: any
     */
    private record Step(boolean anywhere, Bytes name) {
        boolean admits(Bytes element) {
            if (name.length() == 1 && name.at(0) == '*') {
                return true;
            }
            int colon = name.indexOf(':', 0) >= 0 ? -1 : element.indexOf(':', 0);
            return element.slice(colon + 1).equals(name);
        }
    }

    private final String text;
    private final List<Step> steps;
    private final Optional<Bytes> attribute;
    private final boolean directText;

    private XmlPath(String text, List<Step> steps, Optional<Bytes> attribute, boolean directText) {
        this.text = text;
        this.steps = List.copyOf(steps);
        this.attribute = attribute;
        this.directText = directText;
    }

    /** Empty if it is none that can be read. */
    public static Optional<XmlPath> parse(String text) {
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
                return Optional.of(new XmlPath(text, withAny(steps, anywhere), Optional.of(Bytes.utf8(name)), false));
            }
            steps.add(new Step(anywhere, Bytes.utf8(name)));
            at = to;
        }
        return steps.isEmpty() ? Optional.empty() : Optional.of(new XmlPath(text, steps, Optional.empty(), false));
    }

    private static List<Step> withAny(List<Step> steps, boolean anywhere) {
        if (anywhere) {
            steps.add(new Step(true, Bytes.latin1("*")));
        }
        return steps;
    }

    private static boolean isName(String name) {
        return name.equals("*")
                || (!name.isEmpty()
                        && name.chars().allMatch(c -> Ascii.isWord(c) || c == ':' || c == '-' || c == '.' || c > 0x7f));
    }

    /** The values that it chooses, in the order of the document, all under the path's text as their name. */
    public void select(XmlDocument document, FieldSink sink) {
        Bytes name = Bytes.utf8(text);
        boolean everyText = attribute.isEmpty() && text.equals("/*");
        for (XmlDocument.Node node : document.nodes()) {
            boolean isAttribute = node.attribute().length() > 0;
            if (isAttribute != attribute.isPresent()
                    || (isAttribute && !new Step(false, attribute.get()).admits(node.attribute()))) {
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
            if (at < 0 || !step.admits(document.elements().get(at).name())) {
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
            if (at < 0 || !steps.get(step).admits(document.elements().get(at).name())) {
                return false;
            }
            at = document.elements().get(at).parent();
            if (steps.get(step).anywhere()) {
                return true;
            }
        }
        return at < 0;
    }

    /** Paths that are written alike are equal: what one of them chooses is chosen once for all rules. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof XmlPath path && path.text.equals(text);
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
