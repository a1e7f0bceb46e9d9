package dev.gatehouse.seclang.body;

/** Anomalies of a multipart body: ModSecurity's {@code MULTIPART_…} variables. */
public enum MultipartFlag {
    /** The boundary of the content type is quoted, as RFC 2046 allows it and .NET does it: no strict error. */
    BOUNDARY_QUOTED(false),
    /** White space around the boundary. */
    BOUNDARY_WHITESPACE(true),
    /** Lines end in CRLF and in LF alone. */
    CRLF_LF_LINES(true),
    /** Data after the last boundary. */
    DATA_AFTER(true),
    /** Data before the first boundary. */
    DATA_BEFORE(true),
    /** A header, or a parameter of Content-Disposition, occurs twice in a part. */
    DUPLICATE_PART_HEADER(true),
    /** More files than {@code SecUploadFileLimit}. */
    FILE_LIMIT_EXCEEDED(true),
    /** A header goes on in another line. */
    HEADER_FOLDING(true),
    /** A header goes on after other white space than a space or a tab. */
    INVALID_HEADER_FOLDING(true),
    /** A part without a usable Content-Disposition, or one that does not end. */
    INVALID_PART(true),
    /** Quotes where none may be, or none where some must be. */
    INVALID_QUOTING(true),
    /** A line of a boundary or header ends in LF alone. */
    LF_LINE(true),
    /** No semicolon between the content type and its boundary. */
    MISSING_SEMICOLON(true),
    /** A line looks like a boundary and is none: also in harmless text, so that it is no strict error. */
    UNMATCHED_BOUNDARY(false);

    private final boolean strict;

    MultipartFlag(boolean strict) {
        this.strict = strict;
    }

    /** Whether it makes {@code MULTIPART_STRICT_ERROR}. */
    public boolean isStrict() {
        return strict;
    }
}
