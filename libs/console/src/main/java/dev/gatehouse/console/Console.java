package dev.gatehouse.console;

import dev.gatehouse.console.model.GatewayEntry;
import dev.gatehouse.console.model.PolicyEntry;
import dev.gatehouse.console.model.ProblemEntry;
import dev.gatehouse.console.model.ProxyEntry;
import dev.gatehouse.console.model.RefusedRequest;
import dev.gatehouse.console.model.RouteEntry;
import dev.gatehouse.console.model.Shown;
import dev.gatehouse.console.model.State;
import dev.gatehouse.console.model.Tone;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Answers for the console's addresses, each below {@link #ROOT}. Thread-safe; a call may wait for the source. */
public final class Console {
    /** Where the console is. */
    public static final String ROOT = Shown.ROOT;

    private static final String HTML = "text/html; charset=utf-8";
    private static final int SOME = 10;

    /** How many entries of one line are on a page, and how many of many lines. */
    private static final int LINES = 50;

    private static final int PANELS = 10;

    private final ConsoleSource source;
    private final Templates templates = new Templates();

    public Console(ConsoleSource source) {
        this.source = source;
    }

    /** A page that a menu has. */
    private enum Place {
        OVERVIEW("", "Overview"),
        GATEWAYS("gateways", "Gateways"),
        ROUTES("routes", "Routes"),
        POLICIES("policies", "Policies"),
        PROXIES("proxies", "Proxies"),
        REQUESTS("requests", "Refused requests"),
        PROBLEMS("problems", "Problems"),
        EXPLAIN("explain", "Explain");

        private final String path;
        private final String title;

        Place(String path, String title) {
            this.path = path;
            this.title = title;
        }
    }

    /**
     * Answers.
     *
     * @param path below the root, as it stands in the address
     */
    public Answer answer(String path, Query query) throws InterruptedException {
        String[] parts = path.split("/", -1);
        return switch (parts[0]) {
            case "" -> overview();
            case "gateways" -> alone(parts) ? gateways(query) : missing(path);
            case "routes" -> parts.length == 4 ? route(parts) : alone(parts) ? routes(query) : missing(path);
            case "policies" -> parts.length == 4 ? policy(parts) : alone(parts) ? policies(query) : missing(path);
            case "proxies" -> alone(parts) ? proxies(query) : missing(path);
            case "requests" -> alone(parts) && source.refusedRequests().isPresent() ? requests(query) : missing(path);
            case "problems" -> alone(parts) ? problems(query) : missing(path);
            case "explain" -> alone(parts) ? explain(query) : missing(path);
            case "live.json" -> source.traffic().isPresent() ? live(query) : missing(path);
            case "console.css" -> new Answer(200, "text/css; charset=utf-8", Templates.file("console.css"));
            case "console.js" -> new Answer(200, "text/javascript; charset=utf-8", Templates.file("console.js"));
            case "icon.svg" -> new Answer(200, "image/svg+xml", Templates.file("icon.svg"));
            default -> missing(path);
        };
    }

    private static boolean alone(String[] parts) {
        return parts.length == 1;
    }

    private Answer overview() throws InterruptedException {
        List<GatewayEntry> gateways = source.gateways();
        List<RouteEntry> routes = source.routes();
        List<PolicyEntry> policies = source.policies();
        List<ProxyEntry> proxies = source.proxies();
        List<ProblemEntry> problems = source.problems();
        Map<String, Object> values = new HashMap<>();
        values.put(
                "cards",
                List.of(
                        card(Place.GATEWAYS, gateways, GatewayEntry::state),
                        card(Place.ROUTES, routes, RouteEntry::state),
                        card(Place.POLICIES, policies, PolicyEntry::state),
                        card(Place.PROXIES, proxies, ProxyEntry::state)));
        values.put("problems", problems.subList(0, Math.min(SOME, problems.size())));
        values.put("problemCount", problems.size());
        values.put("plots", source.traffic().isPresent());
        List<RefusedRequest> refused = source.refusedRequests()
                .map(each -> each.latest(EnumSet.allOf(RefusedRequest.Kind.class)))
                .orElse(List.of());
        values.put("refused", refused.subList(0, Math.min(SOME, refused.size())));
        return page(200, Place.OVERVIEW, Place.OVERVIEW.title, "overview", values);
    }

    private static <T> Map<String, Object> card(Place place, List<T> all, Function<T, State> state) {
        long bad = all.stream()
                .filter(each -> state.apply(each).tone() == Tone.BAD)
                .count();
        long warnings = all.stream()
                .filter(each -> state.apply(each).tone() == Tone.WARNING)
                .count();
        Tone tone = bad > 0 ? Tone.BAD : warnings > 0 ? Tone.WARNING : all.isEmpty() ? Tone.PLAIN : Tone.GOOD;
        String says = bad + warnings == 0
                ? all.isEmpty() ? "none" : "all well"
                : bad + warnings + (bad + warnings == 1 ? " needs a look" : " need a look");
        return Map.of("title", place.title, "path", ROOT + place.path, "count", all.size(), "tone", tone, "says", says);
    }

    private Answer gateways(Query query) throws InterruptedException {
        return list(
                Place.GATEWAYS,
                query,
                source.gateways(),
                PANELS,
                GatewayEntry::state,
                gateway -> gateway.namespace() + "/" + gateway.name() + " " + gateway.gatewayClass() + " "
                        + String.join(" ", gateway.addresses()) + " "
                        + gateway.listeners().stream()
                                .map(listener -> listener.name() + " " + listener.hostname() + " " + listener.port())
                                .collect(Collectors.joining(" ")));
    }

    private Answer routes(Query query) throws InterruptedException {
        return list(
                Place.ROUTES,
                query,
                source.routes(),
                LINES,
                RouteEntry::state,
                route -> route.kind() + " " + route.namespace() + "/" + route.name() + " "
                        + String.join(" ", route.hostnames()) + " " + String.join(" ", route.parents()));
    }

    private Answer policies(Query query) throws InterruptedException {
        return list(
                Place.POLICIES,
                query,
                source.policies(),
                LINES,
                PolicyEntry::state,
                policy -> policy.kind() + " " + policy.namespace() + "/" + policy.name() + " "
                        + String.join(" ", policy.targets()));
    }

    /** A list that can be searched, a page at a time. */
    private <T> Answer list(
            Place place, Query query, List<T> all, int size, Function<T, State> state, Function<T, String> searched) {
        String words = query.first("q");
        boolean troubled = query.first("state").equals("troubled");
        List<String> wanted = Arrays.asList(words.toLowerCase(Locale.ROOT).split("\\s+"));
        Predicate<T> found = each -> {
            String text = searched.apply(each).toLowerCase(Locale.ROOT);
            return wanted.stream().allMatch(text::contains);
        };
        Predicate<T> inTrouble = each -> {
            Tone tone = state.apply(each).tone();
            return tone == Tone.BAD || tone == Tone.WARNING;
        };
        List<T> matching = all.stream()
                .filter(found)
                .filter(each -> !troubled || inTrouble.test(each))
                .toList();
        String address = ROOT + place.path + "?"
                + (words.isEmpty() ? "" : "q=" + Query.encoded(words) + "&")
                + (troubled ? "state=troubled&" : "");
        Map<String, Object> values = new HashMap<>();
        values.put("paged", Paged.of(matching, query.page(), size, address));
        values.put("q", words);
        values.put("troubled", troubled);
        values.put("count", all.size());
        return page(200, place, place.title, place.path, values);
    }

    private Answer route(String[] parts) throws InterruptedException {
        String kind = decoded(parts[1]);
        String name = decoded(parts[2]) + "/" + decoded(parts[3]);
        return source.route(kind, decoded(parts[2]), decoded(parts[3]))
                .map(route ->
                        page(200, Place.ROUTES, kind + " " + name, "route", new HashMap<>(Map.of("details", route))))
                .orElseGet(() -> notFound("There is no " + kind + " " + name + "."));
    }

    private Answer policy(String[] parts) throws InterruptedException {
        String kind = decoded(parts[1]);
        String name = decoded(parts[2]) + "/" + decoded(parts[3]);
        return source.policy(kind, decoded(parts[2]), decoded(parts[3]))
                .map(policy -> page(
                        200, Place.POLICIES, kind + " " + name, "policy", new HashMap<>(Map.of("details", policy))))
                .orElseGet(() -> notFound("There is no " + kind + " " + name + "."));
    }

    private Answer proxies(Query query) throws InterruptedException {
        return list(
                Place.PROXIES,
                query,
                source.proxies(),
                PANELS,
                ProxyEntry::state,
                proxy -> proxy.fleet() + " " + proxy.node() + " " + proxy.version());
    }

    private Answer requests(Query query) {
        String asked = query.first("kind").toUpperCase(Locale.ROOT);
        Set<RefusedRequest.Kind> kinds = EnumSet.allOf(RefusedRequest.Kind.class);
        kinds.removeIf(kind -> kinds.stream().anyMatch(each -> each.name().equals(asked))
                && !kind.name().equals(asked));
        Map<String, Object> values = new HashMap<>();
        values.put("all", source.refusedRequests().orElseThrow().latest(kinds));
        values.put("kept", RefusedRequests.KEPT);
        values.put("kind", kinds.size() == 1 ? asked.toLowerCase(Locale.ROOT) : "");
        return page(200, Place.REQUESTS, Place.REQUESTS.title, "requests", values);
    }

    private Answer problems(Query query) throws InterruptedException {
        Map<String, Object> values = new HashMap<>();
        values.put("paged", Paged.of(source.problems(), query.page(), LINES, ROOT + Place.PROBLEMS.path + "?"));
        return page(200, Place.PROBLEMS, Place.PROBLEMS.title, "problems", values);
    }

    private Answer explain(Query query) throws InterruptedException {
        Map<String, Object> values = new HashMap<>();
        String url = query.first("url");
        String method = query.first("method").isEmpty() ? "GET" : query.first("method");
        String headers = query.first("headers");
        String client = query.first("source");
        values.put("url", url);
        values.put("method", method);
        values.put("methods", List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"));
        values.put("headers", headers);
        values.put("client", client);
        values.put("error", "");
        values.put("answers", List.of());
        int status = 200;
        if (!url.isEmpty()) {
            try {
                values.put(
                        "answers",
                        List.of(source.explain(
                                method,
                                url,
                                headers.lines()
                                        .map(String::strip)
                                        .filter(line -> !line.isEmpty())
                                        .toList(),
                                client.isEmpty() ? Optional.empty() : Optional.of(client))));
            } catch (IllegalArgumentException e) {
                status = 400;
                values.put("error", String.valueOf(e.getMessage()));
            }
        }
        return page(status, Place.EXPLAIN, Place.EXPLAIN.title, "explain", values);
    }

    private Answer live(Query query) {
        String fleet = query.first("fleet");
        LiveTraffic.Points points =
                source.traffic().orElseThrow().points(fleet.isEmpty() ? Optional.empty() : Optional.of(fleet));
        JsonArray rows = new JsonArray();
        for (LiveTraffic.Point point : points.points()) {
            JsonArray row = new JsonArray()
                    .add(point.end().toEpochMilli())
                    .add(rounded(point.rate()))
                    .add(rounded(point.clientErrors()))
                    .add(rounded(point.serverErrors()));
            point.latencies()
                    .ifPresentOrElse(
                            each -> row.add(rounded(each.p50()))
                                    .add(rounded(each.p95()))
                                    .add(rounded(each.p99())),
                            () -> row.addNull().addNull().addNull());
            rows.add(row);
        }
        JsonObject json = new JsonObject()
                .put("intervalMillis", LiveTraffic.INTERVAL.toMillis())
                .put("fleets", new JsonArray(points.fleets()))
                .put(
                        "columns",
                        new JsonArray(List.of(
                                "endMillis",
                                "rate",
                                "clientErrors",
                                "serverErrors",
                                "p50Millis",
                                "p95Millis",
                                "p99Millis")))
                .put("points", rows);
        return new Answer(200, "application/json", json.encode().getBytes(StandardCharsets.UTF_8));
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private Answer missing(String path) {
        return notFound("The console has no page " + ROOT + path + ".");
    }

    private Answer notFound(String message) {
        return page(404, Place.OVERVIEW, "Not found", "missing", new HashMap<>(Map.of("message", message)));
    }

    private Answer page(int status, Place place, String title, String template, Map<String, Object> values) {
        values.put("title", title);
        values.put("instance", source.instance());
        values.put(
                "menu",
                Arrays.stream(Place.values())
                        .filter(each -> each != Place.REQUESTS
                                || source.refusedRequests().isPresent())
                        .map(each -> Map.of(
                                "title", each.title, "path", ROOT + each.path, "here", each == place && status != 404))
                        .toList());
        return new Answer(status, HTML, templates.render(template, values).getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return part;
        }
    }
}
