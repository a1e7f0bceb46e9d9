package dev.gatehouse.console;

import dev.gatehouse.console.model.ConditionLine;
import dev.gatehouse.console.model.Explanation;
import dev.gatehouse.console.model.GatewayEntry;
import dev.gatehouse.console.model.PolicyDetails;
import dev.gatehouse.console.model.PolicyEntry;
import dev.gatehouse.console.model.PolicyUse;
import dev.gatehouse.console.model.ProblemEntry;
import dev.gatehouse.console.model.ProxyEntry;
import dev.gatehouse.console.model.RefusedRequest;
import dev.gatehouse.console.model.RouteDetails;
import dev.gatehouse.console.model.RouteEntry;
import dev.gatehouse.console.model.State;
import dev.gatehouse.console.model.Tone;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** A world with {@code count} of everything, in which each text that a user could write has {@code text} in it. */
final class SampleSource implements ConsoleSource {
    private final int count;
    private final String text;
    private final RecentRefusals refused = new RecentRefusals();
    private final State bad = new State(Tone.BAD, "broken");

    SampleSource(int count, String text) {
        this.count = count;
        this.text = text;
        for (RefusedRequest.Kind kind : RefusedRequest.Kind.values()) {
            refused.add(new RefusedRequest(
                    kind,
                    "2026-11-28T18:00:0" + kind.ordinal() + "Z",
                    text,
                    text,
                    text,
                    text,
                    "403",
                    text,
                    text,
                    text,
                    text));
        }
    }

    private List<ConditionLine> conditions() {
        return List.of(new ConditionLine(text, "False", text, text, Tone.BAD, text));
    }

    private PolicyUse use() {
        return new PolicyUse(
                text,
                text,
                text,
                text,
                text,
                List.of(text),
                List.of(new PolicyUse.Field(text, text, text)),
                List.of(text));
    }

    @Override
    public String instance() {
        return text;
    }

    @Override
    public List<GatewayEntry> gateways() {
        return List.of(new GatewayEntry(
                "edge",
                text,
                text,
                text,
                List.of(text),
                bad,
                List.of(new GatewayEntry.Listener(
                        text, text, text, text, text, text, count, new State(Tone.BAD, text), conditions())),
                conditions()));
    }

    @Override
    public List<RouteEntry> routes() {
        return IntStream.range(0, count).mapToObj(this::entry).toList();
    }

    private RouteEntry entry(int i) {
        return new RouteEntry(
                "HTTPRoute",
                "shop",
                "route-" + i + text,
                List.of("host-" + i + ".example", text),
                List.of("edge/front", text),
                2,
                i % 10 == 0 ? new State(Tone.BAD, text) : new State(Tone.GOOD, "accepted"));
    }

    @Override
    public Optional<RouteDetails> route(String kind, String namespace, String name) {
        return routes().stream()
                .filter(each -> each.kind().equals(kind)
                        && each.namespace().equals(namespace)
                        && each.name().equals(name))
                .findFirst()
                .map(each -> new RouteDetails(
                        each,
                        List.of(new RouteDetails.Rule(
                                0,
                                text,
                                List.of(text),
                                List.of(text),
                                List.of(new RouteDetails.Backend(text, 90, "90 %", text)),
                                List.of(use()))),
                        List.of(new RouteDetails.Attachment(text, conditions())),
                        1));
    }

    @Override
    public List<PolicyEntry> policies() {
        return IntStream.range(0, count)
                .mapToObj(i -> new PolicyEntry("SecurityPolicy", "shop", "policy-" + i + text, List.of(text), bad))
                .toList();
    }

    @Override
    public Optional<PolicyDetails> policy(String kind, String namespace, String name) {
        return policies().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .map(each -> new PolicyDetails(
                        each,
                        List.of(new PolicyDetails.Ancestor(text, conditions())),
                        List.of(new PolicyDetails.Effect(use(), List.of(text), 3)),
                        false));
    }

    @Override
    public List<ProxyEntry> proxies() {
        return List.of(new ProxyEntry(
                text,
                text,
                text,
                text,
                text,
                bad,
                List.of(new ProxyEntry.Type(text, text, text, text, text, text, List.of(text), text))));
    }

    @Override
    public List<ProblemEntry> problems() {
        return IntStream.range(0, count)
                .mapToObj(i -> new ProblemEntry(
                        Tone.BAD,
                        "shop.yaml:" + i + ":3" + text,
                        text,
                        text,
                        text,
                        text,
                        "/console/routes/HTTPRoute/shop/route-1"))
                .toList();
    }

    @Override
    public Explanation explain(String method, String url, List<String> headers, Optional<String> source) {
        if (url.startsWith("no ")) {
            throw new IllegalArgumentException("\"" + url + "\" is no URL");
        }
        return new Explanation(
                method + " " + url + " " + headers + " " + source.orElse(""),
                text,
                List.of(text),
                List.of(new Explanation.AtGateway(
                        text,
                        new State(Tone.PLAIN, text),
                        List.of(text),
                        text,
                        text,
                        text,
                        List.of(new Explanation.Line(text, text)),
                        List.of(use()),
                        List.of(new Explanation.Step(text, Tone.GOOD, text, text)),
                        List.of(text),
                        List.of(new Explanation.Backend(text, text, text, List.of(text))),
                        List.of(new Explanation.Line(text, text)),
                        2)));
    }

    @Override
    public Optional<LiveTraffic> traffic() {
        return Optional.of(new LiveTraffic(
                () -> Map.of(new LiveTraffic.Proxy(text, "one"), ProxyCounters.NONE), InstantSource.system()));
    }

    @Override
    public Optional<RefusedRequests> refusedRequests() {
        return Optional.of(refused);
    }
}
