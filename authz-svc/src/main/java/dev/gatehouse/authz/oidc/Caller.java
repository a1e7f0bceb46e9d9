package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.request.HttpRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Who sent a request, as far as that decides the answer's form. */
enum Caller {
    /** A browser that shows the answer, and can be led elsewhere. */
    NAVIGATION,
    /** A browser that sent a form, and shows the answer: its content would be lost on the way. */
    FORM,
    /** A script or a program, which takes a redirect for the answer. */
    PROGRAM,
    GRPC;

    private static final String HTML = "text/html";

    static Caller of(HttpRequest request, List<HeaderMatcher> denyRedirect) {
        if (request.header("content-type")
                .filter(type -> type.startsWith("application/grpc"))
                .isPresent()) {
            return GRPC;
        }
        if (request.header("upgrade").isPresent()
                || prefetches(request)
                || denyRedirect.stream().anyMatch(header -> header.matches(request))
                || !navigates(request)) {
            return PROGRAM;
        }
        return switch (request.method()) {
            case "GET", "HEAD" -> NAVIGATION;
            case "POST" -> FORM;
            default -> PROGRAM;
        };
    }

    /**
     * Browsers say it (Fetch Metadata). Of others the kind of answer counts that they want: who takes anything is led on, as Envoy Gateway does,
     * unless it brings credentials or something to be received.
     */
    private static boolean navigates(HttpRequest request) {
        Optional<String> mode = request.header("sec-fetch-mode");
        if (mode.isPresent()) {
            return mode.get().equals("navigate");
        }
        if (request.header("x-requested-with").isPresent()) {
            return false;
        }
        String accept = request.header("accept").orElse(HTML).toLowerCase(Locale.ROOT);
        boolean anything = accept.strip().equals("*/*")
                && !request.method().equals("POST")
                && request.header("authorization").isEmpty();
        return accept.contains(HTML) || anything;
    }

    /** A browser that loads a page before anyone asked for it: it must start no login, and end no session. */
    static boolean prefetches(HttpRequest request) {
        return List.of("sec-purpose", "purpose", "x-purpose", "x-moz").stream()
                .flatMap(name -> request.header(name).stream())
                .map(purpose -> purpose.toLowerCase(Locale.ROOT))
                .anyMatch(purpose -> purpose.startsWith("prefetch") || purpose.startsWith("preview"));
    }

    /** A question of a browser that carries no cookies, Fetch standard section 3.2.2. */
    static boolean preflight(HttpRequest request) {
        return request.method().equals("OPTIONS")
                && request.header("origin").isPresent()
                && request.header("access-control-request-method").isPresent();
    }
}
