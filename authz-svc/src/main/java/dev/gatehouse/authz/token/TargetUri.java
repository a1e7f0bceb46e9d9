package dev.gatehouse.authz.token;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/** A target URI without its query and fragment, so that equal ones are written equally: RFC 3986 sections 6.2.2 and 6.2.3. */
final class TargetUri {
    private static final String UNRESERVED = "-._~";
    private static final int ESCAPED = 3;

    private TargetUri() {}

    /** Empty: it is no URL of HTTP. */
    static Optional<String> normalized(String url) {
        String bare = url.split("[?#]", 2)[0];
        int colon = bare.indexOf("://");
        if (colon < 0) {
            return Optional.empty();
        }
        String scheme = bare.substring(0, colon).toLowerCase(Locale.ROOT);
        String rest = bare.substring(colon + "://".length());
        int slash = rest.indexOf('/');
        String authority = (slash < 0 ? rest : rest.substring(0, slash)).toLowerCase(Locale.ROOT);
        String usual = switch (scheme) {
            case "https" -> ":443";
            case "http" -> ":80";
            default -> "";
        };
        if (usual.isEmpty() || authority.isEmpty() || authority.indexOf('@') >= 0) {
            return Optional.empty();
        }
        if (authority.endsWith(usual)) {
            authority = authority.substring(0, authority.length() - usual.length());
        } else if (authority.endsWith(":")) {
            authority = authority.substring(0, authority.length() - 1);
        }
        return Optional.of(
                scheme + "://" + authority + withoutDots(unescaped(slash < 0 ? "/" : rest.substring(slash))));
    }

    /** Escapes of characters that need none are undone, and the others are in upper case. */
    private static String unescaped(String path) {
        StringBuilder text = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            int high = c == '%' && i + 2 < path.length() ? Character.digit(path.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(path.charAt(i + 2), 16);
            if (low < 0) {
                text.append(c);
                continue;
            }
            char plain = (char) (high * 16 + low);
            boolean needless = plain < 0x80 && (Character.isLetterOrDigit(plain) || UNRESERVED.indexOf(plain) >= 0);
            text.append(
                    needless
                            ? String.valueOf(plain)
                            : path.substring(i, i + ESCAPED).toUpperCase(Locale.ROOT));
            i += 2;
        }
        return text.toString();
    }

    /** RFC 3986 section 5.2.4. */
    private static String withoutDots(String path) {
        Deque<String> kept = new ArrayDeque<>();
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean last = i + 1 == segments.length;
            switch (segments[i]) {
                case "." -> {
                    if (last) {
                        kept.addLast("");
                    }
                }
                case ".." -> {
                    kept.pollLast();
                    if (last) {
                        kept.addLast("");
                    }
                }
                default -> kept.addLast(segments[i]);
            }
        }
        return "/" + String.join("/", kept);
    }
}
