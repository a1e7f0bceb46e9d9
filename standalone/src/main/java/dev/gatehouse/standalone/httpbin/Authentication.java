package dev.gatehouse.standalone.httpbin;

import dev.gatehouse.standalone.httpbin.Endpoints.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Basic (RFC 7617) and bearer (RFC 6750) credentials, as a backend would ask for them. */
final class Authentication {
    void addTo(List<Endpoint> all) {
        all.add(Endpoint.get("/basic-auth/*/*", x -> {
            if (basic(x)) {
                x.json(new TreeMap<>(
                        Map.of("authenticated", true, "user", x.path().getFirst())));
            } else {
                x.response().putHeader("WWW-Authenticate", "Basic realm=\"Fake Realm\"");
                x.status(401);
            }
        }));
        all.add(Endpoint.get("/hidden-basic-auth/*/*", x -> {
            if (basic(x)) {
                x.json(new TreeMap<>(
                        Map.of("authenticated", true, "user", x.path().getFirst())));
            } else {
                x.status(404);
            }
        }));
        all.add(Endpoint.get("/bearer", x -> {
            Optional<String> token = x.header("authorization")
                    .filter(value -> value.startsWith("Bearer "))
                    .map(value -> value.substring("Bearer ".length()));
            if (token.isPresent()) {
                x.json(new TreeMap<>(Map.of("authenticated", true, "token", token.get())));
            } else {
                x.response().putHeader("WWW-Authenticate", "Bearer");
                x.status(401);
            }
        }));
    }

    private static boolean basic(Exchange x) {
        String expected = x.path().get(0) + ":" + x.path().get(1);
        return x.header("authorization")
                .filter(value -> value.regionMatches(true, 0, "Basic ", 0, 6))
                .map(value -> decoded(value.substring(6).strip()))
                .filter(expected::equals)
                .isPresent();
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
