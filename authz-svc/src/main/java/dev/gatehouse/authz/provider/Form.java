package dev.gatehouse.authz.provider;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Parameters as {@code application/x-www-form-urlencoded}, with {@code %20} for a space: right in a query, too. */
public final class Form {
    private final StringBuilder text = new StringBuilder();

    public Form add(String name, String value) {
        if (!text.isEmpty()) {
            text.append('&');
        }
        text.append(encode(name)).append('=').append(encode(value));
        return this;
    }

    /** {@code url} with these parameters after the ones that it has. */
    public String behind(String url) {
        if (text.isEmpty()) {
            return url;
        }
        char last = url.charAt(url.length() - 1);
        return url + (url.indexOf('?') < 0 ? "?" : last == '?' || last == '&' ? "" : "&") + text;
    }

    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The parameters, which may be secret: never to be logged. */
    public String encoded() {
        return text.toString();
    }
}
