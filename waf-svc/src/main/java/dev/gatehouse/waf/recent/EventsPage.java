package dev.gatehouse.waf.recent;

import dev.gatehouse.grpcserver.admin.AdminPages;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code /gatehouse/waf/events?after=NUMBER&most=NUMBER}: the last transactions in which rules found something, oldest first, and a name of this
 * process' life, in which numbers count. Thread-safe.
 */
@Singleton
final class EventsPage {
    private final RecentEvents events;
    private final String life = UUID.randomUUID().toString();

    EventsPage(RecentEvents events) {
        this.events = events;
    }

    void routes(@Observes Router router) {
        AdminPages.get(
                router,
                "/gatehouse/waf/events",
                context -> page(number(context, "after", 0), (int) number(context, "most", RecentEvents.MOST))
                        .encode());
    }

    private static long number(RoutingContext context, String name, long usual) {
        Optional<String> text = Optional.ofNullable(context.queryParams().get(name));
        try {
            return text.map(Long::parseLong).filter(value -> value >= 0).orElse(usual);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": \"" + text.orElse("") + "\" (expected: a number)", e);
        }
    }

    JsonObject page(long after, int most) {
        RecentEvents.Page page = events.after(after, most);
        JsonArray all = new JsonArray();
        page.events().forEach(event -> all.add(event(event)));
        return new JsonObject().put("life", life).put("last", page.last()).put("events", all);
    }

    private static JsonObject event(WafEvent event) {
        JsonArray rules = new JsonArray();
        event.rules()
                .forEach(rule -> rules.add(new JsonObject()
                        .put("id", rule.id())
                        .put("message", rule.message())
                        .put("severity", rule.severity())
                        .put("variable", rule.variable())));
        JsonObject json = new JsonObject()
                .put("number", event.number())
                .put("at", event.at().toString())
                .put("policy", event.policy())
                .put("uniqueId", event.exchange().uniqueId())
                .put("client", event.exchange().client())
                .put("method", event.exchange().method())
                .put("host", event.exchange().host())
                .put("path", event.exchange().path())
                .put("mode", event.exchange().mode())
                .put("verdict", event.interruption().isPresent() ? "blocked" : "detected")
                .put("rules", rules)
                .put("rulesLeftOut", event.leftOut())
                .put("trace", event.trace());
        event.interruption()
                .ifPresent(interruption ->
                        json.put("status", interruption.status()).put("rule", interruption.ruleId()));
        return json;
    }
}
