package dev.gatehouse.authz.oidc;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.gatehouse.authz.policy.Answer;
import dev.gatehouse.authz.policy.Answer.Header;
import dev.gatehouse.authz.seal.Hash;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Forms of answers: redirects, pages that need no script, and JSON. None of them is kept by a cache. */
final class Answers {
    private static final String STYLE =
            "body{font-family:system-ui,sans-serif;line-height:1.5;max-width:36rem;margin:15vh auto 0;padding:0 1rem}"
                    + "ul{list-style:none;padding:0}li{margin:.5rem 0}";
    private static final String CSP = "default-src 'none'; style-src 'sha256-"
            + Base64.getEncoder().encodeToString(Hash.plain(STYLE))
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private Answers() {}

    /** @param address in the page, with what it leads to */
    record Link(String address, String text) {}

    static Answer redirect(String location, List<String> setCookies) {
        List<Header> headers = new ArrayList<>();
        headers.add(new Header("location", location));
        headers.add(new Header("cache-control", "no-store"));
        headers.add(new Header("referrer-policy", "no-referrer"));
        cookies(headers, setCookies);
        return new Answer(302, headers, "");
    }

    static Answer page(int status, String title, String text, List<Link> links, List<String> setCookies) {
        return page(status, title, text, links, Optional.empty(), setCookies);
    }

    /** A page that goes on to {@code path} at once: a navigation of this site, for cookies with SameSite=Strict. */
    static Answer onward(String path, List<String> setCookies) {
        return page(
                200,
                "Signed on",
                "You are signed on.",
                List.of(new Link(path, "Continue")),
                Optional.of(path),
                setCookies);
    }

    private static Answer page(
            int status, String title, String text, List<Link> links, Optional<String> onward, List<String> setCookies) {
        StringBuilder body = new StringBuilder(
                        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width\">\n");
        onward.ifPresent(path -> body.append("<meta http-equiv=\"refresh\" content=\"0;url=")
                .append(escape(path))
                .append("\">\n"));
        body.append("<title>")
                .append(escape(title))
                .append("</title>\n<style>")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<main>\n<h1>")
                .append(escape(title))
                .append("</h1>\n<p>")
                .append(escape(text))
                .append("</p>\n");
        if (!links.isEmpty()) {
            body.append("<ul>\n");
            links.forEach(link -> body.append("<li><a href=\"")
                    .append(escape(link.address()))
                    .append("\">")
                    .append(escape(link.text()))
                    .append("</a></li>\n"));
            body.append("</ul>\n");
        }
        body.append("</main>\n</body>\n</html>\n");
        List<Header> headers = plain("text/html; charset=utf-8");
        headers.add(new Header("content-security-policy", CSP));
        headers.add(new Header("referrer-policy", "no-referrer"));
        retry(status, headers);
        cookies(headers, setCookies);
        return new Answer(status, headers, body.toString());
    }

    /** @param challenge for WWW-Authenticate */
    static Answer json(int status, String error, String description, Optional<String> challenge) {
        List<Header> headers = plain("application/json");
        challenge.ifPresent(value -> headers.add(new Header("www-authenticate", value)));
        retry(status, headers);
        return new Answer(
                status,
                headers,
                JSONObjectUtils.toJSONString(Map.of("error", error, "error_description", description)) + "\n");
    }

    /** @param frameAncestors who may show the answer in a frame; empty: nobody */
    static Answer empty(int status, Optional<String> frameAncestors, List<String> setCookies) {
        List<Header> headers = plain("text/plain; charset=utf-8");
        headers.add(new Header(
                "content-security-policy", "default-src 'none'; frame-ancestors " + frameAncestors.orElse("'none'")));
        cookies(headers, setCookies);
        return new Answer(status, headers, "");
    }

    private static List<Header> plain(String type) {
        List<Header> headers = new ArrayList<>();
        headers.add(new Header("content-type", type));
        headers.add(new Header("cache-control", "no-store"));
        headers.add(new Header("x-content-type-options", "nosniff"));
        return headers;
    }

    private static void retry(int status, List<Header> headers) {
        if (status == 503) {
            headers.add(new Header("retry-after", "5"));
        }
    }

    private static void cookies(List<Header> headers, List<String> setCookies) {
        setCookies.forEach(value -> headers.add(new Header("set-cookie", value)));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
