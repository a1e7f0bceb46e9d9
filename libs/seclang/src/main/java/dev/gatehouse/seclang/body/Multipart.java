package dev.gatehouse.seclang.body;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.transform.UrlCodec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads multipart/form-data (RFC 7578), and notes everything that servers read in different ways: an attacker uses such differences to
 * show a file to the server that the firewall does not see.
 */
public final class Multipart {
    private static final Bytes CONTENT_DISPOSITION = Bytes.latin1("content-disposition");
    private static final Bytes FORM_DATA = Bytes.latin1("form-data");
    private static final Bytes NAME = Bytes.latin1("name");
    private static final Bytes FILENAME = Bytes.latin1("filename");
    private static final Bytes EXTENDED = Bytes.latin1("filename*");
    private static final Bytes EXTENDED_NAME = Bytes.latin1("name*");
    private static final Set<Bytes> KNOWN = Set.of(NAME, FILENAME, EXTENDED);
    private static final Bytes DASHES = Bytes.latin1("--");
    private static final Bytes BOUNDARY = Bytes.latin1("boundary");
    private static final int LONGEST_BOUNDARY = 1024;
    private static final int MOST_PARTS = 100_000;

    /** Where the parts go. */
    public interface Parts {
        /** A header of a part, folded lines joined. */
        void header(Bytes part, Bytes line);

        /** A part begins. */
        void part(Bytes name);

        /** A field that is no file. */
        void field(Bytes name, Bytes value);

        /** A file. */
        void file(Bytes name, Bytes filename, Bytes content);

        /** Another file name of the same part, which some servers take instead. */
        void otherFilename(Bytes name, Bytes filename);

        /** What {@code filename*} says of itself. */
        void extended(Bytes name, Bytes charset, Bytes language);
    }

    /**
     * A parameter of a header.
     *
     * @param exact whether the name is written as RFC 7578 has it, in small letters and without white space before the equals sign:
     * servers differ in which others they know
     */
    private record Parameter(Bytes name, Bytes value, boolean quoted, boolean exact) {}

    private final Bytes body;
    private final int fileLimit;
    private final boolean cut;
    private final Parts parts;
    private final Set<MultipartFlag> flags = EnumSet.noneOf(MultipartFlag.class);
    private final List<Bytes> misreadings = new ArrayList<>();
    private Bytes boundary = Bytes.EMPTY;
    private Optional<String> error = Optional.empty();
    private boolean crlf;
    private int at;
    private int files;

    private Multipart(Bytes body, int fileLimit, boolean cut, Parts parts) {
        this.body = body;
        this.fileLimit = fileLimit;
        this.cut = cut;
        this.parts = parts;
    }

    /**
     * Reads a body.
     *
     * @param contentType the request's content type, with the boundary
     * @param cut whether the body is cut off, so that it may end anywhere
     */
    public static Multipart read(Bytes body, Bytes contentType, int fileLimit, boolean cut, Parts parts) {
        Multipart multipart = new Multipart(body, fileLimit, cut, parts);
        if (multipart.readBoundary(contentType)) {
            multipart.readParts();
        }
        return multipart;
    }

    /** The flags that were set during reading. */
    public Set<MultipartFlag> flags() {
        return flags;
    }

    /** The error that ended reading; empty: no error. Parts read before the error are available. */
    public Optional<String> error() {
        return error;
    }

    /** Whether servers may read the body in another way. */
    public boolean isStrictError() {
        return error.isPresent() || flags.stream().anyMatch(MultipartFlag::isStrict);
    }

    private boolean fail(String message) {
        error = Optional.of("Multipart: " + message);
        return false;
    }

    /**
     * RFC 9110, section 8.3.1, and RFC 2046, section 5.1.1: parameters in any order, their names in capital or small letters, white space
     * around semicolons, a boundary in quotes. The name may occur once only, wherever it is: PHP takes the first place where it finds it.
     */
    private boolean readBoundary(Bytes contentType) {
        int found = find(contentType, BOUNDARY);
        if (found < 0) {
            return fail("the content type has no boundary");
        }
        if (namings(contentType, found) > 1) {
            return fail("the content type names a boundary twice");
        }
        int semicolon = contentType.indexOf(';', 0);
        boolean missing = semicolon < 0 || found < semicolon;
        if (missing) {
            flags.add(MultipartFlag.MISSING_SEMICOLON);
        }
        Optional<Bytes> value = Optional.empty();
        for (Bytes parameter : split(contentType.slice(missing ? found : semicolon + 1))) {
            int equals = parameter.indexOf('=', 0);
            if (equals < 0 && parameter.length() > 0) {
                return fail("the content type has a parameter without a value");
            }
            Bytes name = parameter.slice(0, Math.max(equals, 0));
            if (name.trim().equalsIgnoringCase(BOUNDARY)) {
                value = Optional.of(parameter.slice(equals + 1));
                if (name.length() != BOUNDARY.length()) {
                    flags.add(MultipartFlag.BOUNDARY_WHITESPACE);
                }
            }
        }
        return value.map(this::readBoundaryValue).orElseGet(() -> fail("the content type has no boundary"));
    }

    /** How often a boundary is given a value, by RFC 2231 too ({@code boundary*0=}). */
    private static int namings(Bytes contentType, int first) {
        int namings = 0;
        int at = first;
        while (at >= 0) {
            int end = at + BOUNDARY.length();
            while (end < contentType.length() && "* \t0123456789".indexOf(contentType.at(end)) >= 0) {
                end++;
            }
            namings += end < contentType.length() && contentType.at(end) == '=' ? 1 : 0;
            int next = find(contentType.slice(at + 1), BOUNDARY);
            at = next < 0 ? -1 : at + 1 + next;
        }
        return namings;
    }

    private boolean readBoundaryValue(Bytes value) {
        Bytes raw = value.trim();
        if (value.length() > 0 && Ascii.isSpace(value.at(0))) {
            flags.add(MultipartFlag.BOUNDARY_WHITESPACE);
        }
        boolean quoted = raw.length() > 0 && raw.at(0) == '"';
        if (quoted && !readQuotedBoundary(raw)) {
            return false;
        }
        if (!quoted) {
            boundary = raw;
            if (raw.indexOf(',', 0) >= 0) {
                return fail("the boundary has a comma, and no quotes");
            }
            if (raw.indexOf('"', 0) >= 0) {
                flags.add(MultipartFlag.INVALID_QUOTING);
            }
        }
        int length = boundary.length();
        for (int i = 0; i < length; i++) {
            if (Ascii.isSpace(boundary.at(i)) && (!quoted || boundary.at(i) != ' ' || i == length - 1)) {
                flags.add(MultipartFlag.BOUNDARY_WHITESPACE);
            }
        }
        return length > 0 && length <= LONGEST_BOUNDARY
                || fail("the boundary is empty or longer than " + LONGEST_BOUNDARY + " bytes");
    }

    /** Reads a quoted boundary. Readers that ignore quotes, or backslashes within them, see a different boundary: {@link #misreadings}. */
    private boolean readQuotedBoundary(Bytes raw) {
        flags.add(MultipartFlag.BOUNDARY_QUOTED);
        BytesBuilder read = new BytesBuilder(raw.length());
        int i = 1;
        while (i < raw.length() && raw.at(i) != '"') {
            i += raw.at(i) == '\\' && i + 1 < raw.length() ? 1 : 0;
            read.append(raw.at(i++));
        }
        if (i >= raw.length()) {
            flags.add(MultipartFlag.INVALID_QUOTING);
            return fail("the boundary's quote does not end");
        }
        if (i + 1 < raw.length()) {
            flags.add(MultipartFlag.INVALID_QUOTING);
        }
        boundary = read.build();
        int end = 1;
        while (end < i && ";, \t".indexOf(raw.at(end)) < 0) {
            end++;
        }
        misreadings.add(raw.slice(0, end));
        if (i - 1 != boundary.length()) {
            misreadings.add(raw.slice(1, i));
        }
        return true;
    }

    /** What semicolons outside of quotes separate, without the white space around it. */
    private static List<Bytes> split(Bytes parameters) {
        List<Bytes> split = new ArrayList<>();
        int start = 0;
        boolean quoted = false;
        for (int i = 0; i <= parameters.length(); i++) {
            int b = i < parameters.length() ? parameters.at(i) : ';';
            if (quoted && b == '\\') {
                i++;
            } else if (b == '"') {
                quoted = !quoted;
            } else if (b == ';' && (!quoted || i == parameters.length())) {
                split.add(parameters
                        .slice(start, Math.min(i, parameters.length()))
                        .trim());
                start = i + 1;
            }
        }
        return split;
    }

    private static int find(Bytes text, Bytes word) {
        for (int i = 0; i + word.length() <= text.length(); i++) {
            if (text.slice(i, i + word.length()).equalsIgnoringCase(word)) {
                return i;
            }
        }
        return -1;
    }

    /** A line's kind: the beginning of a part, the end of all, or neither. */
    private enum Line {
        DATA,
        BOUNDARY,
        LAST
    }

    private Line kind(Bytes line) {
        if (!line.startsWith(DASHES)) {
            return Line.DATA;
        }
        for (Bytes misread : misreadings) {
            if (line.hasAt(2, misread)) {
                flags.add(MultipartFlag.INVALID_QUOTING);
            }
        }
        if (!line.hasAt(2, boundary)) {
            flags.add(MultipartFlag.UNMATCHED_BOUNDARY);
            return Line.DATA;
        }
        Bytes after = line.slice(2 + boundary.length());
        Bytes trimmed = after.trim();
        if (trimmed.length() == 0) {
            if (after.length() > 0) {
                flags.add(MultipartFlag.BOUNDARY_WHITESPACE);
            }
            return Line.BOUNDARY;
        }
        if (trimmed.startsWith(DASHES) && trimmed.length() == 2) {
            if (after.length() > 2) {
                flags.add(MultipartFlag.BOUNDARY_WHITESPACE);
            }
            return Line.LAST;
        }
        flags.add(MultipartFlag.UNMATCHED_BOUNDARY);
        if (Ascii.isSpace(after.at(0))) {
            // Go's reader ends the part here, and does not begin another.
            flags.add(MultipartFlag.BOUNDARY_WHITESPACE);
        }
        return Line.DATA;
    }

    /** The line at the place, without its end. Sets {@link #next}. */
    private Bytes line() {
        int end = body.indexOf('\n', at);
        next = end < 0 ? body.length() : end + 1;
        int last = end < 0 ? body.length() : end;
        boolean isCrlf = end > at && body.at(end - 1) == '\r';
        lineIsLf = end >= 0 && !isCrlf;
        return body.slice(at, isCrlf ? last - 1 : last);
    }

    private int next;
    private boolean lineIsLf;

    private void noteLineEnd() {
        noteLineEnd(lineIsLf);
    }

    private void noteLineEnd(boolean isLf) {
        if (isLf) {
            flags.add(MultipartFlag.LF_LINE);
        } else {
            crlf = true;
        }
        if (crlf && flags.contains(MultipartFlag.LF_LINE)) {
            flags.add(MultipartFlag.CRLF_LF_LINES);
        }
    }

    private void readParts() {
        Line found = Line.DATA;
        while (at < body.length() && found == Line.DATA) {
            found = kind(line());
            if (found == Line.DATA && next - at > 0) {
                flags.add(MultipartFlag.DATA_BEFORE);
            } else {
                noteLineEnd();
            }
            at = next;
        }
        if (found == Line.DATA) {
            fail("the boundary does not occur");
            return;
        }
        int count = 0;
        while (found == Line.BOUNDARY) {
            if (++count > MOST_PARTS) {
                fail("more than " + MOST_PARTS + " parts");
                return;
            }
            Optional<Line> end = part();
            if (end.isEmpty()) {
                return;
            }
            found = end.get();
        }
        if (body.slice(at).trim().length() > 0) {
            flags.add(MultipartFlag.DATA_AFTER);
        }
    }

    /** A part and the boundary after it. Empty: reading ends. */
    private Optional<Line> part() {
        Optional<List<Bytes>> read = headers();
        if (read.isEmpty()) {
            return Optional.empty();
        }
        List<Bytes> headers = read.get();
        int from = at;
        int contentEnd = body.length();
        Line found = Line.DATA;
        while (at < body.length() && found == Line.DATA) {
            int lineStart = at;
            boolean candidate = body.hasAt(at, DASHES);
            Bytes line = line();
            found = candidate ? kind(line) : Line.DATA;
            if (found != Line.DATA) {
                contentEnd = withoutLineEnd(from, lineStart);
                noteLineEnd();
                // The line end before a boundary belongs to it, and to none if the part is empty.
                if (lineStart > from) {
                    noteLineEnd(lineStart - contentEnd == 1);
                }
            }
            at = next;
        }
        take(headers, body.slice(from, contentEnd));
        if (found == Line.DATA) {
            if (!cut) {
                flags.add(MultipartFlag.INVALID_PART);
                fail("the last boundary is missing");
            }
            return Optional.empty();
        }
        return Optional.of(found);
    }

    /** The line end before a boundary belongs to the boundary. */
    private int withoutLineEnd(int from, int to) {
        int end = to > from && body.at(to - 1) == '\n' ? to - 1 : to;
        return end < to && end > from && body.at(end - 1) == '\r' ? end - 1 : end;
    }

    private Optional<List<Bytes>> headers() {
        List<Bytes> headers = new ArrayList<>();
        while (at < body.length()) {
            Bytes line = line();
            if (kind(line) != Line.DATA) {
                // A boundary where headers are expected: the part is empty, and the boundary counts.
                flags.add(MultipartFlag.INVALID_PART);
                return Optional.of(headers);
            }
            noteLineEnd();
            at = next;
            if (line.length() == 0) {
                return Optional.of(headers);
            }
            int first = line.at(0);
            if (Ascii.isSpace(first) && !headers.isEmpty()) {
                flags.add(MultipartFlag.HEADER_FOLDING);
                if (first != ' ' && first != '\t') {
                    flags.add(MultipartFlag.INVALID_HEADER_FOLDING);
                }
                Bytes joined = headers.removeLast();
                headers.add(new BytesBuilder(joined.length() + line.length())
                        .append(joined)
                        .append(' ')
                        .append(line.trim())
                        .build());
            } else {
                headers.add(line);
            }
        }
        if (!cut) {
            flags.add(MultipartFlag.INVALID_PART);
            fail("a part's headers do not end");
        }
        return Optional.empty();
    }

    private void take(List<Bytes> headers, Bytes content) {
        Bytes disposition = Bytes.EMPTY;
        boolean found = false;
        List<Bytes> seen = new ArrayList<>();
        for (Bytes header : headers) {
            if (header.indexOf(0, 0) >= 0) {
                // To servers in C a name ends here: "shell.php\0.jpg" is a script.
                flags.add(MultipartFlag.INVALID_PART);
                fail("a zero byte in a part's header");
            }
            int colon = header.indexOf(':', 0);
            if (colon <= 0) {
                flags.add(MultipartFlag.INVALID_PART);
                continue;
            }
            Bytes name = header.slice(0, colon).trim();
            if (!isToken(header.slice(0, colon))) {
                flags.add(MultipartFlag.INVALID_PART);
            }
            for (Bytes earlier : seen) {
                if (earlier.equalsIgnoringCase(name)) {
                    flags.add(MultipartFlag.DUPLICATE_PART_HEADER);
                }
            }
            seen.add(name);
            if (!found && name.equalsIgnoringCase(CONTENT_DISPOSITION)) {
                found = true;
                disposition = header.slice(colon + 1).trim();
            }
        }
        if (!found) {
            flags.add(MultipartFlag.INVALID_PART);
            fail("a part has no Content-Disposition");
        }
        List<Parameter> parameters = parameters(disposition);
        Bytes name = value(parameters, NAME).orElse(Bytes.EMPTY);
        if (found && value(parameters, NAME).isEmpty()) {
            flags.add(MultipartFlag.INVALID_PART);
        }
        parts.part(name);
        headers.forEach(header -> parts.header(name, header));
        filenames(parameters, name, content);
    }

    /**
     * A part with a file name is a file. To a server that does not know the way in which the name is given it is a field, so such a
     * part is both.
     */
    private void filenames(List<Parameter> parameters, Bytes name, Bytes content) {
        List<Parameter> plain = parameters.stream()
                .filter(p -> p.name().equalsIgnoringCase(FILENAME))
                .toList();
        boolean certain = plain.size() == 1
                && plain.getFirst().exact()
                && plain.getFirst().value().length() > 0;
        Optional<Parameter> extended = parameters.stream()
                .filter(p -> p.name().equalsIgnoringCase(EXTENDED))
                .findFirst();
        List<Bytes> names = new ArrayList<>();
        extended.ifPresent(parameter -> {
            if (parameter.quoted()) {
                flags.add(MultipartFlag.INVALID_QUOTING);
            }
            readExtended(parameter.value(), name, names);
        });
        plain.stream().findFirst().ifPresent(first -> names.add(first.value()));
        for (Parameter parameter : parameters) {
            boolean continuation = parameter.name().length() > EXTENDED.length()
                    && parameter.name().slice(0, EXTENDED.length()).equalsIgnoringCase(EXTENDED);
            if (continuation) {
                // RFC 2231's numbered pieces: few servers join them, so each is a name that one may see.
                flags.add(MultipartFlag.INVALID_PART);
                names.add(parameter.value());
            }
        }
        names.removeIf(filename -> filename.length() == 0);
        if (!certain || names.isEmpty()) {
            parts.field(name, content);
        }
        if (names.isEmpty()) {
            return;
        }
        files++;
        if (fileLimit > 0 && files > fileLimit) {
            flags.add(MultipartFlag.FILE_LIMIT_EXCEEDED);
        }
        parts.file(name, names.getFirst(), content);
        for (Bytes other : names.subList(1, names.size())) {
            if (!other.equals(names.getFirst())) {
                parts.otherFilename(name, other);
            }
        }
    }

    /** RFC 5987: {@code charset'language'percent-encoded}. */
    private void readExtended(Bytes value, Bytes name, List<Bytes> names) {
        int first = value.indexOf('\'', 0);
        int second = first < 0 ? -1 : value.indexOf('\'', first + 1);
        if (second < 0) {
            flags.add(MultipartFlag.INVALID_PART);
            names.add(value);
            return;
        }
        Bytes encoded = value.slice(second + 1);
        if (UrlCodec.isBadlyEncoded(encoded)) {
            flags.add(MultipartFlag.INVALID_PART);
        }
        parts.extended(name, value.slice(0, first), value.slice(first + 1, second));
        names.add(UrlCodec.decodePath(encoded));
    }

    private static Optional<Bytes> value(List<Parameter> parameters, Bytes name) {
        return parameters.stream()
                .filter(parameter -> parameter.name().equalsIgnoringCase(name))
                .map(Parameter::value)
                .findFirst();
    }

    /** Those after {@code form-data}. */
    private List<Parameter> parameters(Bytes disposition) {
        List<Parameter> parameters = new ArrayList<>();
        int semicolon = disposition.indexOf(';', 0);
        Bytes type = disposition
                .slice(0, semicolon < 0 ? disposition.length() : semicolon)
                .trim();
        if (disposition.length() > 0 && !type.equalsIgnoringCase(FORM_DATA)) {
            flags.add(MultipartFlag.INVALID_PART);
        }
        int i = semicolon < 0 ? disposition.length() : semicolon + 1;
        while (i < disposition.length()) {
            int equals = disposition.indexOf('=', i);
            int next = disposition.indexOf(';', i);
            if (equals < 0 || (next >= 0 && next < equals)) {
                int to = next < 0 ? disposition.length() : next;
                if (disposition.slice(i, to).trim().length() > 0) {
                    flags.add(MultipartFlag.INVALID_PART);
                }
                i = to + 1;
                continue;
            }
            i = parameter(disposition, i, equals, parameters);
        }
        return parameters;
    }

    /** RFC 9110, section 5.6.2. */
    private static boolean isToken(Bytes name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.at(i) <= ' ' || name.at(i) > '~' || "()<>@,;:\\\"/[]?={}".indexOf(name.at(i)) >= 0) {
                return false;
            }
        }
        return name.length() > 0;
    }

    private int parameter(Bytes disposition, int from, int equals, List<Parameter> parameters) {
        Bytes name = disposition.slice(from, equals).trim();
        boolean spaced = equals > from && Ascii.isSpace(disposition.at(equals - 1));
        boolean exact = !spaced && (KNOWN.contains(name) || KNOWN.stream().noneMatch(name::equalsIgnoringCase));
        boolean extendedName = name.length() >= EXTENDED_NAME.length()
                && name.slice(0, EXTENDED_NAME.length()).equalsIgnoringCase(EXTENDED_NAME);
        if (!isToken(name) || !exact || extendedName) {
            flags.add(MultipartFlag.INVALID_PART);
        }
        int i = equals + 1;
        while (i < disposition.length() && Ascii.isSpace(disposition.at(i))) {
            i++;
        }
        boolean quoted = i < disposition.length() && disposition.at(i) == '"';
        BytesBuilder value = new BytesBuilder(32);
        if (quoted) {
            i++;
            while (i < disposition.length() && disposition.at(i) != '"') {
                boolean escaped =
                        disposition.at(i) == '\\' && i + 1 < disposition.length() && disposition.at(i + 1) == '"';
                i += escaped ? 1 : 0;
                value.append(disposition.at(i++));
            }
            if (i >= disposition.length()) {
                flags.add(MultipartFlag.INVALID_QUOTING);
            }
            i++;
        } else {
            while (i < disposition.length() && disposition.at(i) != ';') {
                value.append(disposition.at(i++));
            }
        }
        int end = disposition.indexOf(';', Math.min(i, disposition.length()));
        int to = end < 0 ? disposition.length() : end;
        if (i < to && disposition.slice(i, to).trim().length() > 0) {
            flags.add(MultipartFlag.INVALID_QUOTING);
        }
        Bytes read = quoted ? value.build() : value.build().trim();
        if (!quoted && (read.indexOf('"', 0) >= 0 || (read.length() > 0 && read.at(0) == '\''))) {
            boolean isExtended = name.length() > 0 && name.at(name.length() - 1) == '*';
            if (!isExtended || read.indexOf('"', 0) >= 0) {
                flags.add(MultipartFlag.INVALID_QUOTING);
            }
        }
        for (Parameter earlier : parameters) {
            if (earlier.name().equalsIgnoringCase(name)) {
                flags.add(MultipartFlag.DUPLICATE_PART_HEADER);
            }
        }
        parameters.add(new Parameter(name, read, quoted, exact));
        return to + 1;
    }
}
