package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.policy.InvalidPolicy;
import dev.gatehouse.authz.request.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** An address with {@code %REQ(NAME)%} for headers of the request, as Envoy writes it. The path is without them. */
public final class Template {
    private static final String BEGIN = "%REQ(";
    private static final String END = ")%";
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9._:\\[\\]-]{1,255}");

    private final List<Part> parts;
    private final String path;

    private record Part(String text, Optional<String> header) {}

    private Template(List<Part> parts, String path) {
        this.parts = List.copyOf(parts);
        this.path = path;
    }

    /** @throws InvalidPolicy where it is no absolute URL, or has a header in its path */
    public static Template of(String text, String field) throws InvalidPolicy {
        List<Part> parts = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int begin = text.indexOf(BEGIN, at);
            if (begin < 0) {
                parts.add(new Part(text.substring(at), Optional.empty()));
                break;
            }
            int end = text.indexOf(END, begin);
            if (end < 0) {
                throw new InvalidPolicy(field, "\"" + text + "\"", "\")%\" after each \"%REQ(\"");
            }
            parts.add(new Part(text.substring(at, begin), Optional.empty()));
            String header = text.substring(begin + BEGIN.length(), end).toLowerCase(Locale.ROOT);
            parts.add(new Part("", Optional.of(header)));
            at = end + END.length();
        }
        int scheme = text.indexOf("://");
        int slash = scheme < 0 ? -1 : text.indexOf('/', scheme + 3);
        String path = slash < 0 ? "" : text.substring(slash);
        if (scheme < 0 || path.contains("%REQ") || path.contains("#")) {
            throw new InvalidPolicy(
                    field, "\"" + text + "\"", "an absolute URL, with \"%REQ(NAME)%\" in front of its path at most");
        }
        return new Template(parts, path.isEmpty() ? "/" : path);
    }

    /** Its path, without a query. */
    public String bare() {
        return LocalPath.withoutQuery(path);
    }

    /** Empty: the request has not the headers, or they have what no scheme or host has. */
    Optional<String> expand(HttpRequest request) {
        StringBuilder address = new StringBuilder();
        for (Part part : parts) {
            address.append(part.text());
            if (part.header().isPresent()) {
                Optional<String> value = Origin.header(request, part.header().get())
                        .filter(text -> SAFE.matcher(text).matches());
                if (value.isEmpty()) {
                    return Optional.empty();
                }
                address.append(value.get());
            }
        }
        return Optional.of(address.toString());
    }
}
