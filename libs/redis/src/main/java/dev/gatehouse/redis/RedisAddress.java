package dev.gatehouse.redis;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of Redis, from its URL:
 *
 * <pre>
 * redis://[[user]:password@]host[:6379][/database]                            one server
 * redis+sentinel://[[user]:password@]host[:26379][,host…]/master[/database]   the master that Sentinels know by that name
 * redis+cluster://[[user]:password@]host[:6379][,host…]                       a cluster, of which these are some nodes
 * </pre>
 *
 * {@code rediss} instead of {@code redis} is TLS. User and password are percent-encoded where they have characters of
 * URLs. Sentinels that want a password get it from {@code ?sentinel-password=…}, and {@code &sentinel-user=…}: the one
 * before the hosts is for the master.
 *
 * @param hosts each {@code host:port}
 * @param credentials {@code user:password@} as the URL has it, or nothing
 * @param master what the Sentinels call it; of one server and of a cluster nothing
 * @param sentinelCredentials as {@code credentials}
 */
record RedisAddress(
        Kind kind,
        boolean tls,
        List<String> hosts,
        String credentials,
        int database,
        String master,
        String sentinelCredentials) {
    enum Kind {
        SERVER,
        SENTINEL,
        CLUSTER
    }

    static final String FORMS =
            "redis://host:port, redis+sentinel://host:port,host:port/master or redis+cluster://host:port,host:port;"
                    + " rediss for TLS";
    private static final Pattern URL = Pattern.compile(
            "(rediss?)(\\+sentinel|\\+cluster)?://" + "(?:([^/?#]*)@)?([^/?#@]*)(?:/([^?#]*))?(?:\\?([^#]*))?");
    private static final Pattern HOST = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:\\[\\]\\s]+)(?::([0-9]{1,5}))?");
    private static final int PORT = 6379;
    private static final int SENTINEL_PORT = 26379;
    private static final int MOST_DATABASES = 65_536;

    /** @throws IllegalArgumentException if the URL is invalid; the message contains no passwords */
    static RedisAddress parse(String url) {
        Matcher matcher = URL.matcher(url);
        if (!matcher.matches()) {
            throw wrong("begins \"" + url.split("[:/@]", 2)[0] + "\"", FORMS);
        }
        Kind kind = switch (Optional.ofNullable(matcher.group(2)).orElse("")) {
            case "+sentinel" -> Kind.SENTINEL;
            case "+cluster" -> Kind.CLUSTER;
            default -> Kind.SERVER;
        };
        List<String> hosts = hosts(matcher.group(4), kind);
        String credentials = Optional.ofNullable(matcher.group(3))
                .map(text -> (text.contains(":") ? text : ":" + text) + "@")
                .orElse("");
        List<String> path = new ArrayList<>(
                List.of(Optional.ofNullable(matcher.group(5)).orElse("").split("/", -1)));
        String master = "";
        if (kind == Kind.SENTINEL) {
            master = URLDecoder.decode(path.removeFirst(), StandardCharsets.UTF_8);
            if (master.isEmpty()) {
                throw wrong("names no master", "redis+sentinel://host:port,host:port/master");
            }
        }
        String database = path.isEmpty() ? "" : path.removeFirst();
        if (!path.isEmpty()) {
            throw wrong("has more after the database \"" + database + "\"", FORMS);
        }
        if (kind == Kind.CLUSTER && !database.isEmpty()) {
            throw wrong("asks for database \"" + database + "\" of a cluster", "none: a cluster has one");
        }
        return new RedisAddress(
                kind,
                matcher.group(1).equals("rediss"),
                hosts,
                credentials,
                database(database),
                master,
                sentinelCredentials(Optional.ofNullable(matcher.group(6)).orElse(""), kind));
    }

    private static List<String> hosts(String text, Kind kind) {
        List<String> hosts = new ArrayList<>();
        for (String host : text.split(",", -1)) {
            Matcher matcher = HOST.matcher(host);
            int port = !matcher.matches()
                    ? 0
                    : matcher.group(2) != null
                            ? Integer.parseInt(matcher.group(2))
                            : kind == Kind.SENTINEL ? SENTINEL_PORT : PORT;
            if (port < 1 || port > 65_535) {
                throw wrong(
                        "has host \"" + host + "\"", "a name or address, IPv6 in brackets, with a port of 1 to 65535");
            }
            hosts.add(matcher.group(1) + ":" + port);
        }
        if (kind == Kind.SERVER && hosts.size() > 1) {
            throw wrong("has " + hosts.size() + " hosts", "one, or redis+sentinel:// or redis+cluster://");
        }
        return List.copyOf(hosts);
    }

    private static int database(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        try {
            int database = Integer.parseInt(text);
            if (database >= 0 && database < MOST_DATABASES) {
                return database;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw wrong("has database \"" + text + "\"", "a number from 0 to " + (MOST_DATABASES - 1));
    }

    private static String sentinelCredentials(String query, Kind kind) {
        String user = "";
        String password = "";
        for (String parameter : query.split("&", -1)) {
            String[] parts = parameter.split("=", 2);
            if (parameter.isEmpty()) {
                continue;
            }
            if (kind != Kind.SENTINEL || parts.length < 2 || !parts[0].matches("sentinel-(user|password)")) {
                throw wrong(
                        "has parameter \"" + parts[0] + "\"",
                        "sentinel-user=… and sentinel-password=…, of redis+sentinel:// only");
            }
            if (parts[0].equals("sentinel-user")) {
                user = parts[1];
            } else {
                password = parts[1];
            }
        }
        if (password.isEmpty() && !user.isEmpty()) {
            throw wrong("has sentinel-user without a password", "sentinel-password=… beside it");
        }
        return password.isEmpty() ? "" : user + ":" + password + "@";
    }

    /** The URL of one server, with the password: not for messages. */
    String url(String host) {
        return (tls ? "rediss://" : "redis://") + credentials + host + (database == 0 ? "" : "/" + database);
    }

    /** The URL of a Sentinel, with its password: not for messages. */
    String sentinelUrl(String host) {
        return (tls ? "rediss://" : "redis://") + sentinelCredentials + host;
    }

    private static IllegalArgumentException wrong(String what, String expected) {
        return new IllegalArgumentException("redis.url: " + what + " (expected: " + expected + ")");
    }

    @Override
    public String toString() {
        return kind + " at " + String.join(", ", hosts) + (master.isEmpty() ? "" : ", master " + master);
    }
}
