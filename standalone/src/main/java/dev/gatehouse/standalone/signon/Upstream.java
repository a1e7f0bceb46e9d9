package dev.gatehouse.standalone.signon;

import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * A backend of oauth2-proxy.
 *
 * @param setting where it is written
 * @param path requests with this prefix go there; a regular expression if {@code rewrite} is there
 * @param rewrite the path that the backend gets, with $1 for the first group
 * @param staticCode the status that every request is answered with; then nothing is asked
 */
record Upstream(
        Setting setting,
        String path,
        Optional<URI> address,
        Optional<Integer> staticCode,
        Optional<String> rewrite,
        boolean passHost,
        boolean insecure,
        boolean legacy) {
    /** One of the option {@code upstreams}: its path is the address's. */
    static Optional<Upstream> of(Setting setting, String text, boolean passHost, boolean insecure, Report report) {
        Optional<URI> uri = uri(setting, text, report);
        if (uri.isEmpty()) {
            return Optional.empty();
        }
        if ("static".equals(uri.get().getScheme())) {
            String code = uri.get().getAuthority();
            return Optional.of(new Upstream(
                    setting,
                    "/",
                    Optional.empty(),
                    Optional.of(code != null && code.matches("[2-5][0-9]{2}") ? Integer.parseInt(code) : 200),
                    Optional.empty(),
                    true,
                    false,
                    true));
        }
        String path = uri.get().getPath() == null || uri.get().getPath().isEmpty() || unix(uri.get())
                ? "/"
                : uri.get().getPath();
        return Optional.of(
                new Upstream(setting, path, uri, Optional.empty(), Optional.empty(), passHost, insecure, true));
    }

    static Optional<URI> uri(Setting setting, String text, Report report) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean known = scheme.equals("static")
                    || scheme.equals("unix")
                    || ((scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null);
            if (known) {
                return Optional.of(uri);
            }
            if (scheme.equals("file")) {
                report.gap(
                        setting, "serve the files of \"" + text + "\" by a web server of your own, and name that here");
                return Optional.empty();
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        report.wrong(
                setting,
                "\"" + text
                        + "\" is no address (expected: http://HOST[:PORT][/PATH], https://…, unix:///PATH or static://STATUS)");
        return Optional.empty();
    }

    static boolean unix(URI uri) {
        return "unix".equals(uri.getScheme());
    }

    boolean secure() {
        return address.filter(uri -> "https".equalsIgnoreCase(uri.getScheme())).isPresent();
    }

    int port(URI uri) {
        return uri.getPort() > 0 ? uri.getPort() : secure() ? 443 : 80;
    }
}
