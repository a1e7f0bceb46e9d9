package dev.gatehouse.seclangtools.peers;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Where this engine knowingly does otherwise than both peers.
 *
 * @param what is compared, as {@link PeersIT} names it
 * @param of the inputs for which it holds
 * @param reason why
 */
record Argued(String what, Predicate<Difference> of, String reason) {
    /** One input of which both peers make the same, and this engine something else. */
    record Difference(String input, String ours, String theirs) {}

    private static final Pattern PADDING_INSIDE = Pattern.compile("(?:..)*3d(?:..)*");
    private static final Pattern QUOTED_BOUNDARY = Pattern.compile("^[^|]*boundary=\"", Pattern.CASE_INSENSITIVE);

    private static final List<Argued> ALL = List.of(
            new Argued(
                    "base64DecodeExt",
                    difference -> PADDING_INSIDE.matcher(difference.input()).matches()
                            && difference.ours().startsWith(difference.theirs()),
                    "padding inside of base64 is passed over, as PHP does it: else \"Q=U=…\" hides all that follows"),
            new Argued(
                    "multipart refused",
                    difference -> QUOTED_BOUNDARY.matcher(difference.input()).find()
                            && difference.ours().equals("read"),
                    "libmodsecurity refuses every boundary in quotes, which RFC 2046 allows and .NET writes: the other peer is alone"),
            new Argued(
                    "xml text",
                    difference -> difference.input().contains("<!DOCTYPE")
                            && difference.ours().endsWith(difference.theirs()),
                    "quoted texts of a document type declaration are shown to rules: the server may expand them"));

    static Optional<String> reason(String what, Difference difference) {
        return ALL.stream()
                .filter(each -> each.what().equals(what) && each.of().test(difference))
                .map(Argued::reason)
                .findFirst();
    }
}
