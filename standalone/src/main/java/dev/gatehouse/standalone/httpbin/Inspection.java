package dev.gatehouse.standalone.httpbin;

import dev.gatehouse.standalone.httpbin.Endpoints.Endpoint;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Answers that describe the request. */
final class Inspection {
    void addTo(List<Endpoint> all) {
        all.add(Endpoint.get("/", Inspection::index));
        all.add(Endpoint.get("/get", x -> x.json(x.facts())));
        for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
            all.add(Endpoint.of(
                    "/" + method.toLowerCase(java.util.Locale.ROOT), List.of(method), x -> x.json(x.factsAndBody())));
        }
        all.add(Endpoint.of("/anything", Endpoint.ANY, Inspection::anything));
        all.add(Endpoint.of("/anything/**", Endpoint.ANY, Inspection::anything));
        all.add(Endpoint.get("/headers", x -> x.json(Map.of("headers", x.headers()))));
        all.add(Endpoint.get("/ip", x -> x.json(Map.of("origin", x.origin()))));
        all.add(Endpoint.get("/user-agent", x -> {
            Map<String, @Nullable Object> answer = new TreeMap<>();
            answer.put("user-agent", x.header("user-agent").orElse(null));
            x.json(answer);
        }));
        all.add(Endpoint.get("/cookies", x -> x.json(Map.of("cookies", x.cookies()))));
        all.add(Endpoint.get("/cookies/set", x -> {
            x.args().values().forEach((name, values) -> setCookie(x, name, values.getFirst()));
            x.redirect(302, "/cookies");
        }));
        all.add(Endpoint.get("/cookies/set/*/*", x -> {
            setCookie(x, x.path().get(0), x.path().get(1));
            x.redirect(302, "/cookies");
        }));
        all.add(Endpoint.get("/cookies/delete", x -> {
            x.args().values().keySet().forEach(name -> addCookie(x, name + "=; Max-Age=0; Path=/"));
            x.redirect(302, "/cookies");
        }));
    }

    private static void anything(Exchange x) {
        Map<String, @Nullable Object> facts = x.factsAndBody();
        facts.put("method", x.request().method().name());
        x.json(facts);
    }

    private static void setCookie(Exchange x, String name, String value) {
        addCookie(x, name + "=" + value + ("https".equals(x.scheme()) ? "; Secure" : "") + "; Path=/");
    }

    /** Control characters would end the header's line. */
    private static void addCookie(Exchange x, String cookie) {
        x.response().headers().add("Set-Cookie", cookie.replaceAll("\\p{Cntrl}", ""));
    }

    private static void index(Exchange x) {
        x.text(
                "text/html; charset=utf-8",
                "<!doctype html>\n<title>httpbin</title>\n<p>The httpbin of Gatehouse: try <a href=\"/get\">/get</a>,"
                        + " <a href=\"/headers\">/headers</a> or <a href=\"/anything\">/anything</a>.\n");
    }
}
