package dev.gatehouse.standalone.httpbin;

import dev.gatehouse.standalone.httpbin.Endpoints.Endpoint;
import java.util.List;

/** Chains of redirects, and one to anywhere. */
final class Redirects {
    private static final int LONGEST = 100;

    void addTo(List<Endpoint> all) {
        all.add(Endpoint.get("/redirect/*", x -> {
            boolean absolute =
                    x.args().first("absolute").filter("true"::equalsIgnoreCase).isPresent();
            x.redirect(302, absolute ? base(x) + next("absolute-redirect", x) : next("relative-redirect", x));
        }));
        all.add(Endpoint.get("/relative-redirect/*", x -> x.redirect(302, next("relative-redirect", x))));
        all.add(Endpoint.get("/absolute-redirect/*", x -> x.redirect(302, base(x) + next("absolute-redirect", x))));
        all.add(Endpoint.of("/redirect-to", Endpoint.ANY, x -> {
            String url = x.args().first("url").or(() -> x.form().first("url")).orElse("");
            String code = x.args()
                    .first("status_code")
                    .or(() -> x.form().first("status_code"))
                    .orElse("302");
            int status = BadRequest.number("status_code", code, 100, 599);
            x.redirect(status >= 300 && status < 400 ? status : 302, url.replaceAll("\\p{Cntrl}", ""));
        }));
    }

    private static String next(String kind, Exchange x) {
        int left = BadRequest.number("count", x.path().getFirst(), 1, LONGEST);
        return left == 1 ? "/get" : "/" + kind + "/" + (left - 1);
    }

    private static String base(Exchange x) {
        return x.scheme() + "://" + x.authority();
    }
}
