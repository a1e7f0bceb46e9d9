package dev.gatehouse.seclang.body;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.bytes.Utf8;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The texts and attributes of an XML document and the elements that they are in. No entity is defined and nothing is loaded: a reference
 * to an entity is an error, and the quoted texts of a document type declaration are kept, for rules to look at.
 */
public final class XmlDocument {
    /** Elements may be inside of each other so deep. */
    private static final int DEEPEST = 4096;

    /** Bytes of a character of UTF-8. */
    private static final int LONGEST_CHARACTER = 4;

    private static final Bytes COMMENT = Bytes.latin1("<!--");
    private static final Bytes COMMENT_END = Bytes.latin1("-->");
    private static final Bytes CDATA = Bytes.latin1("<![CDATA[");
    private static final Bytes CDATA_END = Bytes.latin1("]]>");
    private static final Bytes INSTRUCTION = Bytes.latin1("<?");
    private static final Bytes INSTRUCTION_END = Bytes.latin1("?>");
    private static final Bytes TWO_HYPHENS = Bytes.latin1("--");
    private static final Bytes XML = Bytes.latin1("xml");
    private static final Bytes BYTE_ORDER_MARK = Bytes.latin1("\u00ef\u00bb\u00bf");

    /**
     * An element.
     *
     * @param parent the parent's index; -1 for the root
     */
    record Element(Bytes name, int parent, int depth) {}

    /**
     * A text or the value of an attribute.
     *
     * @param element the index of the element that contains it; -1 outside of the root
     * @param attribute the attribute's name; empty: the node is a text
     */
    record Node(int element, Bytes attribute, Bytes value) {}

    private static final int FEW = 16;

    /** The most bytes of a name in a message. */
    private static final int LONGEST_SHOWN = 64;

    /** Digits of a reference to a character, without zeros in front. */
    private static final int LONGEST_NUMBER = 8;

    private static final int BEYOND_UNICODE = 0x110000;
    private static final Bytes DECLARATION = Bytes.latin1("xmlns");

    /** The namespace declarations in scope of an element: its own, and its ancestors'. */
    private static final class Scope {
        private final @Nullable Scope outer;
        private final Map<Bytes, Bytes> namespaces = new HashMap<>();

        private Scope(@Nullable Scope outer) {
            this.outer = outer;
        }

        /**
         * A declaration that is found in a distant ancestor is cached in the scopes between, so that a deep document is
         * not climbed for each element.
         */
        private Bytes namespace(Bytes prefix) {
            List<Scope> passed = new ArrayList<>();
            Bytes found = Bytes.EMPTY;
            for (Scope scope = this; scope != null; scope = scope.outer) {
                Bytes known = scope.namespaces.get(prefix);
                if (known != null) {
                    found = known;
                    break;
                }
                passed.add(scope);
            }
            for (Scope scope : passed) {
                scope.namespaces.put(prefix, found);
            }
            return found;
        }
    }

    private final Bytes text;
    private final boolean cut;
    private final List<Element> elements = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    /** The texts inside of the root with their white space. */
    private final List<Bytes> rootTexts = new ArrayList<>();

    private boolean mixed;
    private final Set<Bytes> names = new HashSet<>();
    private int open = -1;
    private int at;
    private int start;
    private boolean hasText;
    private Bytes firstPiece = Bytes.EMPTY;
    private BytesBuilder pieces = new BytesBuilder(0);
    private Optional<String> error = Optional.empty();
    private Optional<List<Scope>> scopes = Optional.empty();

    private XmlDocument(Bytes text, boolean cut) {
        this.text = text;
        this.cut = cut;
    }

    /** None. */
    public static XmlDocument empty() {
        return new XmlDocument(Bytes.EMPTY, false);
    }

    /**
     * Reads a document.
     *
     * @param cut whether the text is cut off, so that it may end anywhere
     */
    public static XmlDocument read(Bytes text, boolean cut) {
        XmlEncoding.Decoded decoded = XmlEncoding.decode(text, cut);
        XmlDocument document = new XmlDocument(decoded.text(), cut);
        decoded.error().ifPresent(document::note);
        document.read();
        return document;
    }

    /** The error of the document; empty: no error. Nodes read before the error are available. */
    public Optional<String> error() {
        return error;
    }

    /**
     * Each text under the path of its elements, as {@code xml.order.item}: what {@code SecParseXmlIntoArgs} makes
     * arguments of.
     *
     * @param limit the most arguments
     */
    public Outcome arguments(FieldSink sink, int limit) {
        int given = 0;
        for (Node node : nodes) {
            if (node.attribute().length() == 0 && node.element() >= 0) {
                if (given == limit) {
                    return Outcome.TRUNCATED;
                }
                given++;
                sink.take(path(node.element()), node.value());
            }
        }
        return Outcome.COMPLETE;
    }

    private Bytes path(int element) {
        List<Bytes> names = new ArrayList<>();
        for (int i = element; i >= 0; i = elements.get(i).parent()) {
            names.add(elements.get(i).name());
        }
        BytesBuilder path = new BytesBuilder(32).append("xml");
        for (int i = names.size() - 1; i >= 0; i--) {
            path.append('.').append(names.get(i));
        }
        return path.build();
    }

    /**
     * The namespace of a name; empty without one. An attribute without a prefix is in none (Namespaces in XML 1.0,
     * section 6.2).
     *
     * @param element the element with the name, or with the attribute of that name
     */
    Bytes namespace(int element, Bytes name, boolean attribute) {
        int colon = name.indexOf(':', 0);
        if (element < 0 || (attribute && colon < 0)) {
            return Bytes.EMPTY;
        }
        List<Scope> known = scopes.orElseGet(this::readScopes);
        return known.get(element).namespace(name.slice(0, Math.max(colon, 0)));
    }

    /** Only for rules that ask for a namespace. */
    private List<Scope> readScopes() {
        Map<Integer, Map<Bytes, Bytes>> declared = new HashMap<>();
        for (Node node : nodes) {
            int colon = node.attribute().indexOf(':', 0);
            Bytes first = colon < 0 ? node.attribute() : node.attribute().slice(0, colon);
            if (first.equals(DECLARATION)) {
                Bytes prefix = colon < 0 ? Bytes.EMPTY : node.attribute().slice(colon + 1);
                declared.computeIfAbsent(node.element(), element -> new HashMap<>())
                        .put(prefix, node.value());
            }
        }
        Scope none = new Scope(null);
        List<Scope> read = new ArrayList<>(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            int parent = elements.get(i).parent();
            Scope outer = parent < 0 ? none : read.get(parent);
            Map<Bytes, Bytes> own = declared.getOrDefault(i, Map.of());
            Scope scope = own.isEmpty() ? outer : new Scope(outer);
            scope.namespaces.putAll(own);
            read.add(scope);
        }
        scopes = Optional.of(read);
        return read;
    }

    /**
     * The text of the whole document, which a server sees that passes over the elements inside of a text, as in {@code se<b/>lect}; empty
     * if no element has a text beside other elements, or if there is only one text.
     */
    Optional<Bytes> mixedText() {
        boolean single = rootTexts.stream()
                        .filter(piece -> piece.trim().length() > 0)
                        .limit(2)
                        .count()
                < 2;
        if (!mixed || single) {
            return Optional.empty();
        }
        BytesBuilder joined = new BytesBuilder(text.length());
        rootTexts.forEach(joined::append);
        return Optional.of(joined.build());
    }

    List<Element> elements() {
        return elements;
    }

    List<Node> nodes() {
        return nodes;
    }

    private void read() {
        boolean goesOn = true;
        if (text.hasAt(0, BYTE_ORDER_MARK)) {
            at = BYTE_ORDER_MARK.length();
        }
        start = at;
        while (goesOn && at < text.length()) {
            goesOn = text.at(at) == '<' ? markup() : characters();
        }
        endText(false);
        if (goesOn && open >= 0) {
            end("the element " + elements.get(open).name() + " does not end");
        } else if (goesOn && elements.isEmpty()) {
            fail("there is no element");
        }
        if (error.isEmpty()) {
            checkCharacters();
        }
    }

    /** XML 1.0, section 2.2: no control characters but tab and line ends, no surrogates, not U+FFFE and U+FFFF. */
    private void checkCharacters() {
        byte[] bytes = text.array();
        int to = text.offset() + text.length();
        int i = text.offset();
        while (i < to) {
            int b = bytes[i];
            if (b >= ' ' || b == '\t' || b == '\n' || b == '\r') {
                i++;
                continue;
            }
            int from = i - text.offset();
            int length = b >= 0 ? 0 : Utf8.length(text, from);
            if (length == 0 && b < 0 && cut && to - i < LONGEST_CHARACTER) {
                return;
            }
            if (length == 0 || (length == 3 && !isCharacter(Utf8.codePoint(text, from, length)))) {
                at = from;
                fail("byte 0x" + HexFormat.of().toHexDigits((byte) b) + " is no character of XML 1.0");
                return;
            }
            i += length;
        }
    }

    private static boolean isCharacter(int codePoint) {
        return codePoint >= ' ' && codePoint < 0xd800
                || codePoint == '\t'
                || codePoint == '\n'
                || codePoint == '\r'
                || codePoint >= 0xe000 && codePoint < 0xfffe
                || codePoint >= 0x10000 && codePoint <= 0x10ffff;
    }

    /** The document is not well-formed. Reading goes on, so that rules see all of it. */
    private void note(String message) {
        if (error.isEmpty()) {
            fail(message);
        }
    }

    private boolean fail(String message) {
        error = Optional.of(error.orElse("XML: " + message + ", at byte " + at));
        return false;
    }

    /** Reports an incomplete end as an error, unless the text was cut off. */
    private boolean end(String message) {
        return cut ? false : fail(message);
    }

    private boolean characters() {
        int next = text.indexOf('<', at);
        int to = next < 0 ? text.length() : next;
        Bytes raw = text.slice(at, to);
        if (raw.indexOf(CDATA_END) >= 0) {
            note("]]> in a text");
        }
        if (open < 0 && raw.trim().length() > 0) {
            note("a text outside of the element");
        }
        addText(decode(raw, true));
        at = to;
        return true;
    }

    /** A piece of a text: comments, CDATA sections and processing instructions do not end one, for who reads the document. */
    private void addText(Bytes value) {
        if (!hasText) {
            hasText = true;
            firstPiece = value;
        } else {
            if (pieces.length() == 0) {
                pieces.append(firstPiece);
            }
            pieces.append(value);
        }
    }

    /** A tag, the end of the document or a declaration ends the text before it. */
    private void endText(boolean beforeElement) {
        if (!hasText) {
            return;
        }
        Bytes whole = pieces.length() == 0 ? firstPiece : pieces.build();
        if (open >= 0) {
            rootTexts.add(whole);
        }
        if (whole.trim().length() > 0) {
            nodes.add(new Node(open, Bytes.EMPTY, whole));
            boolean afterElement = elements.size() - 1 > open;
            mixed |= open >= 0 && (beforeElement || afterElement);
        }
        hasText = false;
        if (pieces.length() > 0) {
            pieces = new BytesBuilder(0);
        }
    }

    private boolean markup() {
        if (text.hasAt(at, COMMENT)) {
            int from = at + COMMENT.length();
            boolean goesOn = pass(COMMENT.length(), COMMENT_END, "a comment");
            int hyphens = text.indexOf(TWO_HYPHENS, from);
            if (goesOn && hyphens >= 0 && hyphens < at - COMMENT_END.length()) {
                note("-- in a comment");
            }
            return goesOn;
        }
        if (text.hasAt(at, CDATA)) {
            int from = at + CDATA.length();
            int close = text.indexOf(CDATA_END, from);
            addText(text.slice(from, close < 0 ? text.length() : close));
            at = close < 0 ? text.length() : close + 3;
            return close >= 0 || end("a CDATA section does not end");
        }
        if (text.hasAt(at, INSTRUCTION)) {
            return instruction();
        }
        int after = at + 1 < text.length() ? text.at(at + 1) : -1;
        endText(after != '/' && after != '!');
        if (after == '!') {
            return declaration();
        }
        return after == '/' ? endTag() : startTag();
    }

    /** {@code <?target …?>}. One with the target xml is the declaration, which is the beginning or nowhere. */
    private boolean instruction() {
        int from = at;
        at += INSTRUCTION.length();
        Bytes target = name();
        if (target.equalsIgnoringCase(XML) && from != start) {
            note("an XML declaration that is not at the beginning");
        } else if (target.length() == 0) {
            note("a processing instruction without a name");
        }
        at = from;
        boolean goesOn = pass(INSTRUCTION.length(), INSTRUCTION_END, "a processing instruction");
        if (goesOn && from == start && target.equals(XML) && !XmlEncoding.isDeclaration(text.slice(from, at))) {
            note("no XML declaration is written so");
        }
        return goesOn;
    }

    private boolean pass(int opening, Bytes closing, String what) {
        int close = text.indexOf(closing, at + opening);
        if (close < 0) {
            at = text.length();
            return end(what + " does not end");
        }
        at = close + closing.length();
        return true;
    }

    /**
     * Reads {@code <!DOCTYPE …>} with the content of its brackets. Names are ignored. Each quoted text counts as a text
     * of the document, since it may be the value of an entity or the file that an entity is read from.
     */
    private boolean declaration() {
        int brackets = 0;
        at += 2;
        while (at < text.length()) {
            int b = text.at(at);
            if (b == '"' || b == '\'') {
                int close = text.indexOf(b, at + 1);
                // A lone ampersand is none in the address of a file.
                addText(decode(text.slice(at + 1, close < 0 ? text.length() : close), false));
                endText(false);
                if (close < 0) {
                    at = text.length();
                    break;
                }
                at = close;
            } else if (text.hasAt(at, COMMENT)) {
                if (!pass(COMMENT.length(), COMMENT_END, "a comment")) {
                    return false;
                }
                continue;
            } else if (b == '%' && referenceEnd(text, at + 1) >= 0) {
                note("a reference to a parameter entity");
            } else if (b == '[') {
                brackets++;
            } else if (b == ']') {
                brackets--;
            } else if (b == '>' && brackets <= 0) {
                at++;
                return true;
            }
            at++;
        }
        return end("a declaration does not end");
    }

    private boolean endTag() {
        at += 2;
        Bytes name = name();
        skipSpace();
        if (at >= text.length()) {
            return end("an end tag does not end");
        }
        if (text.at(at) != '>') {
            return fail("an end tag is not closed");
        }
        if (open < 0 || !elements.get(open).name().equals(name)) {
            return fail("</" + name + "> ends nothing that is open");
        }
        at++;
        open = elements.get(open).parent();
        return true;
    }

    private boolean startTag() {
        at++;
        Bytes name = name();
        if (name.length() == 0) {
            return at < text.length() ? fail("no tag begins so") : end("a tag does not end");
        }
        noteName(name);
        if (open < 0 && !elements.isEmpty()) {
            note("a second element outside of the first");
        }
        int depth = open < 0 ? 1 : elements.get(open).depth() + 1;
        if (depth > DEEPEST) {
            return fail("elements are nested more than " + DEEPEST + " deep");
        }
        elements.add(new Element(name, open, depth));
        int element = elements.size() - 1;
        int first = nodes.size();
        while (true) {
            boolean spaced = at < text.length() && Ascii.isSpace(text.at(at));
            skipSpace();
            if (at >= text.length()) {
                open = element;
                return end("a tag does not end");
            }
            int b = text.at(at);
            if (b == '>') {
                at++;
                open = element;
                return true;
            }
            if (b == '/' && at + 1 < text.length() && text.at(at + 1) == '>') {
                at += 2;
                return true;
            }
            if (!spaced) {
                note("no white space before an attribute");
            }
            if (!attribute(element, first)) {
                return false;
            }
        }
    }

    /** @param first the index of the node of the element's first attribute */
    private boolean attribute(int element, int first) {
        Bytes name = name();
        noteName(name);
        skipSpace();
        if (name.length() == 0 || at >= text.length() || text.at(at) != '=') {
            return at < text.length() ? fail("no attribute is written so") : end("an attribute does not end");
        }
        at++;
        skipSpace();
        int quote = at < text.length() ? text.at(at) : -1;
        if (quote != '"' && quote != '\'') {
            return quote < 0 ? end("an attribute does not end") : fail("the value of an attribute is not quoted");
        }
        int close = text.indexOf(quote, at + 1);
        Bytes raw = text.slice(at + 1, close < 0 ? text.length() : close);
        if (raw.indexOf('<', 0) >= 0) {
            note("< in the value of an attribute");
        }
        Bytes value = decode(withSpaces(raw), true);
        if (error.isEmpty() && isTwice(name, first)) {
            note("an attribute is there twice");
        }
        nodes.add(new Node(element, name, value));
        at = close < 0 ? text.length() : close + 1;
        return close >= 0 || end("the value of an attribute does not end");
    }

    /** White space in the value of an attribute is a space to every reader, unless it is a reference (XML 1.0, sections 2.11 and 3.3.3). */
    private static Bytes withSpaces(Bytes value) {
        if (value.indexOf('\t', 0) < 0 && value.indexOf('\n', 0) < 0 && value.indexOf('\r', 0) < 0) {
            return value;
        }
        BytesBuilder read = new BytesBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            int b = value.at(i);
            boolean ofOneLineEnd = b == '\n' && i > 0 && value.at(i - 1) == '\r';
            if (!ofOneLineEnd) {
                read.append(b == '\t' || b == '\n' || b == '\r' ? ' ' : b);
            }
        }
        return read.build();
    }

    /** Compared one by one while there are few, so that many do not take long. */
    private boolean isTwice(Bytes name, int first) {
        if (nodes.size() - first == FEW) {
            names.clear();
            nodes.subList(first, nodes.size()).forEach(node -> names.add(node.attribute()));
        }
        if (nodes.size() - first >= FEW) {
            return !names.add(name);
        }
        for (int i = first; i < nodes.size(); i++) {
            if (nodes.get(i).attribute().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** Checks the first character of a name (XML 1.0, section 2.3). */
    private void noteName(Bytes name) {
        int first = name.length() == 0 ? 'a' : name.at(0);
        if (Ascii.isDigit(first) || first == '-' || first == '.') {
            note("the name " + name + " begins with a digit, a hyphen or a dot");
        }
    }

    private Bytes name() {
        int from = at;
        while (at < text.length() && isName(text.at(at))) {
            at++;
        }
        return text.slice(from, at);
    }

    private static boolean isName(int b) {
        return Ascii.isWord(b) || b == ':' || b == '-' || b == '.' || b >= 0x80;
    }

    private void skipSpace() {
        while (at < text.length() && Ascii.isSpace(text.at(at))) {
            at++;
        }
    }

    /**
     * Decodes the five entities that XML has, and numbers. A reference to another entity stays as it is and is an error, since servers
     * that expand it see a text that rules do not see.
     *
     * @param strict whether an ampersand that begins no reference is an error
     */
    private Bytes decode(Bytes value, boolean strict) {
        if (value.indexOf('&', 0) < 0) {
            return value;
        }
        BytesBuilder decoded = new BytesBuilder(value.length());
        int i = 0;
        while (i < value.length()) {
            int end = value.at(i) == '&' ? referenceEnd(value, i + 1) : -1;
            if (end < 0) {
                if (strict && value.at(i) == '&') {
                    note("an ampersand that begins no reference");
                }
                decoded.append(value.at(i++));
                continue;
            }
            Bytes reference = value.slice(i + 1, end);
            OptionalInt codePoint = codePoint(reference.toString());
            if (codePoint.isEmpty()) {
                note("a reference to the entity " + reference.slice(0, Math.min(reference.length(), LONGEST_SHOWN)));
                decoded.append(value.slice(i, end + 1));
            } else {
                if (!isCharacter(codePoint.getAsInt())) {
                    note("a reference to U+" + Integer.toHexString(codePoint.getAsInt())
                            + ", which is no character of XML 1.0");
                }
                decoded.appendUtf8(codePoint.getAsInt());
            }
            i = end + 1;
        }
        return decoded.build();
    }

    /** The place of the semicolon after a name or a number; -1: no reference is here. */
    private static int referenceEnd(Bytes value, int from) {
        int at = from;
        while (at < value.length() && (isName(value.at(at)) || (at == from && value.at(at) == '#'))) {
            at++;
        }
        return at > from && at < value.length() && value.at(at) == ';' ? at : -1;
    }

    private static OptionalInt codePoint(String reference) {
        return switch (reference) {
            case "lt" -> OptionalInt.of('<');
            case "gt" -> OptionalInt.of('>');
            case "amp" -> OptionalInt.of('&');
            case "apos" -> OptionalInt.of('\'');
            case "quot" -> OptionalInt.of('"');
            default -> number(reference);
        };
    }

    private static OptionalInt number(String reference) {
        boolean hex = reference.startsWith("#x") || reference.startsWith("#X");
        String digits = reference.substring(Math.min(hex ? 2 : 1, reference.length()));
        boolean valid = reference.startsWith("#")
                && !digits.isEmpty()
                && digits.chars().allMatch(hex ? Ascii::isHex : Ascii::isDigit);
        if (!valid) {
            return OptionalInt.empty();
        }
        int zeros = 0;
        while (zeros < digits.length() - 1 && digits.charAt(zeros) == '0') {
            zeros++;
        }
        String value = digits.substring(zeros);
        return OptionalInt.of(
                value.length() > LONGEST_NUMBER
                        ? BEYOND_UNICODE
                        : (int) Math.min(Long.parseLong(value, hex ? 16 : 10), BEYOND_UNICODE));
    }
}
