package dev.gatehouse.standalone.collect;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of trees and texts, in three ways: values that are known to be secret (of Secrets), values under names that say so
 * ("password", "Authorization"), and text of the shape of one (private keys, tokens, passwords in URLs). Rather too much than too little. Not for
 * several threads.
 */
public final class Redactor {
    /** What stands in place of a secret. */
    public static final String REDACTED = "(redacted)";

    /** Shorter values are words that stand in many places: "true", "admin". */
    static final int SHORTEST = 6;

    private static final Set<String> NAMES = Set.of(
            "password",
            "passwd",
            "passphrase",
            "secret",
            "clientsecret",
            "token",
            "accesstoken",
            "refreshtoken",
            "idtoken",
            "sessiontoken",
            "bearertoken",
            "privatekey",
            "apikey",
            "secretkey",
            "secretaccesskey",
            "authorization",
            "proxyauthorization",
            "cookie",
            "setcookie",
            "credential",
            "credentials",
            "passwordhash",
            "keysha256");

    /** Parts of names of headers and of environment variables that have a secret. */
    private static final Pattern NAMED = Pattern.compile(
            "(?i)password|passwd|passphrase|secret|token|api-?_?key|authorization|cookie|credential|private"
                    + "|_keys?$|signature|session");

    /** Names beside which "value" or "value_from" stands: of an environment variable, a header, a parameter. */
    private static final List<String> NAMING = List.of("name", "key", "headerName");

    private static final List<String> VALUES = List.of("value", "rawValue", "values", "exact");

    private static final String SECRET_WORDS =
            "(?:[\\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|credential)|authorization"
                    + "|proxy-authorization|cookie|set-cookie)";

    private record Shape(Pattern pattern, String replacement) {}

    private static final List<Shape> SHAPES = List.of(
            new Shape(
                    Pattern.compile(
                            "-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\\z)",
                            Pattern.DOTALL),
                    REDACTED),
            new Shape(Pattern.compile("eyJ[\\w-]{4,}\\.[\\w-]+(?:\\.[\\w-]*){0,3}"), REDACTED),
            new Shape(Pattern.compile("(?i)\\b(bearer|basic|dpop|negotiate)\\s+[\\w.~+/=-]{6,}"), "$1 " + REDACTED),
            new Shape(Pattern.compile("(\\w://)[^/\\s@\"']*:[^/\\s@\"']*@"), "$1" + REDACTED + "@"),
            new Shape(
                    Pattern.compile(
                            "(?i)([?&;](?:" + SECRET_WORDS + "|code|state|sig|signature|sid|key)=)[^&\\s\"'#;]+"),
                    "$1" + REDACTED),
            new Shape(
                    Pattern.compile(
                            "(?i)(\\b" + SECRET_WORDS + "\\\\?[\"']?\\s*[:=]\\s*\\\\?[\"'])(?:[^\"'\\\\]|\\\\.)+"),
                    "$1" + REDACTED),
            new Shape(
                    Pattern.compile(
                            "(?i)(\\b(?:cookie|set-cookie|authorization|proxy-authorization):[ \\t]*)[^\\r\\n\"]+"),
                    "$1" + REDACTED),
            new Shape(
                    Pattern.compile(
                            "(?i)(\\b" + SECRET_WORDS + "[ \\t]*[=:][ \\t]*)(?!\\(redacted\\))[^\\s\"',;{}\\[\\]()]+"),
                    "$1" + REDACTED),
            new Shape(Pattern.compile("\\{(?:SHA|SHA256|SSHA)\\}[\\w+/=-]{8,}"), REDACTED),
            new Shape(Pattern.compile("\\$(?:2[abxy]|apr1|argon2\\w*|5|6|1)\\$[\\w./$=,+-]{8,}"), REDACTED));

    private final Set<String> known =
            new TreeSet<>(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
    private long replacements;

    /**
     * Takes note of the value of a Secret, in each form in which it may stand elsewhere: as it is, each of its longer lines, in Base64, for a URL, and as JSON
     * has it. A certificate is no secret.
     */
    public void learn(byte[] value) {
        String text = new String(value, StandardCharsets.UTF_8);
        if (text.contains("-----BEGIN CERTIFICATE-----") && !text.contains("PRIVATE KEY")) {
            return;
        }
        learn(text.strip());
        learn(Base64.getEncoder().encodeToString(value));
        learn(Base64.getUrlEncoder().withoutPadding().encodeToString(value));
        text.lines()
                .map(String::strip)
                .filter(line -> !line.startsWith("-----"))
                .forEach(line -> {
                    learn(line);
                    // user:hash of an htpasswd, name=value of a file of variables
                    for (String separator : List.of(":", "=")) {
                        int at = line.indexOf(separator);
                        if (at > 0) {
                            learn(line.substring(at + 1).strip());
                        }
                    }
                });
    }

    private void learn(String text) {
        if (text.length() >= SHORTEST) {
            known.add(text);
            known.add(URLEncoder.encode(text, StandardCharsets.UTF_8));
            known.add(text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
        }
    }

    /** How many values are known to be secret. */
    public int known() {
        return known.size();
    }

    /** How often something was taken out. */
    public long replacements() {
        return replacements;
    }

    /** The text without secrets. */
    public String text(String text) {
        String redacted = text;
        for (String secret : known) {
            if (redacted.contains(secret)) {
                replacements++;
                redacted = redacted.replace(secret, REDACTED);
            }
        }
        for (Shape shape : SHAPES) {
            Matcher matcher = shape.pattern().matcher(redacted);
            StringBuilder changed = new StringBuilder();
            while (matcher.find()) {
                replacements++;
                matcher.appendReplacement(changed, shape.replacement());
            }
            redacted = matcher.appendTail(changed).toString();
        }
        return redacted;
    }

    /** The tree without secrets: of objects and of Envoy's configuration. */
    public @Nullable Object tree(@Nullable Object tree) {
        return switch (tree) {
            case null -> null;
            case Map<?, ?> map -> map(map);
            case List<?> list -> {
                List<@Nullable Object> copy = new ArrayList<>();
                list.forEach(each -> copy.add(tree(each)));
                yield copy;
            }
            case String text -> text(text);
            default -> tree;
        };
    }

    private Map<String, @Nullable Object> map(Map<?, ?> map) {
        boolean named = NAMING.stream()
                .map(map::get)
                .anyMatch(name ->
                        name instanceof String text && NAMED.matcher(text).find());
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (name.equals("kubectl.kubernetes.io/last-applied-configuration") || name.equals("managedFields")) {
                return;
            }
            boolean secret = isSecret(name) || (named && VALUES.contains(name));
            copy.put(name, secret && isValue(value) ? redacted() : tree(value));
        });
        return copy;
    }

    private static boolean isSecret(String name) {
        return NAMES.contains(name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", ""));
    }

    /** A reference is a map, such as {@code clientSecret: {name: …}}, and no secret. */
    private static boolean isValue(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case String text -> !text.isEmpty();
            case List<?> list -> list.stream().allMatch(Redactor::isValue);
            case Map<?, ?> _ -> false;
            case Boolean _ -> false;
            default -> true;
        };
    }

    private String redacted() {
        replacements++;
        return REDACTED;
    }
}
