package dev.gatehouse.controller.envoy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file of users and the hashes of their passwords (htpasswd). This class checks the kind of each hash, so that
 * messages can name the line. authz-svc checks the hashes' costs and lengths.
 *
 * @param problems each begins with its line number; no problem contains a hash
 */
record Htpasswd(List<User> users, List<String> problems) {
    private static final String EXPECTED = " (expected: SHA-1, {SHA}…; bcrypt, $2y$…; or argon2, $argon2id$…)";

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private static final List<String> PREFIXES =
            List.of("{SHA}", "$2a$", "$2b$", "$2y$", "$argon2id$", "$argon2i$", "$argon2d$");

    /** Kinds of hashes that htpasswd, crypt and directories write and that Gatehouse does not support. */
    private static final Map<String, String> OTHERS = Map.of(
            "$apr1$", "MD5 as Apache has it, $apr1$: htpasswd -B writes bcrypt",
            "$1$", "MD5 by crypt, $1$: htpasswd -B writes bcrypt",
            "$2x$", "bcrypt with an error of long ago, $2x$",
            "$5$", "SHA-256 by crypt, $5$: htpasswd -B writes bcrypt",
            "$6$", "SHA-512 by crypt, $6$: htpasswd -B writes bcrypt",
            "$7$", "scrypt, $7$",
            "$y$", "yescrypt, $y$",
            "{SSHA}", "SHA-1 with a salt, {SSHA}",
            "$scrypt$", "scrypt",
            "$pbkdf2", "PBKDF2");

    /** A line of the file. */
    record User(String name, String hash) {
        @Override
        public String toString() {
            return "User[" + name + "]";
        }
    }

    Htpasswd {
        users = List.copyOf(users);
        problems = List.copyOf(problems);
    }

    static Htpasswd of(String text) {
        List<User> users = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        int number = 0;
        // Editors write a byte order mark, which would become a part of the first name.
        for (String line : (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text)
                .lines()
                .toList()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 1) {
                problems.add("line " + number + ": not \"user:hash\"" + EXPECTED);
                continue;
            }
            String name = line.substring(0, colon);
            String hash = line.substring(colon + 1).strip();
            Integer before = lines.putIfAbsent(name, number);
            if (before != null) {
                problems.add("line " + number + ": user \"" + name + "\" is in line " + before
                        + " already (expected: each user once)");
            } else if (PREFIXES.stream().anyMatch(hash::startsWith)) {
                users.add(new User(name, hash));
            } else {
                problems.add("line " + number + ": the password of user \"" + name + "\" is " + kind(hash) + EXPECTED);
            }
        }
        return new Htpasswd(users, problems);
    }

    private static String kind(String hash) {
        Optional<String> known = OTHERS.entrySet().stream()
                .filter(each -> hash.startsWith(each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
        return known.orElse(hash.isEmpty() ? "missing" : "plain text, or by the crypt of DES");
    }
}
