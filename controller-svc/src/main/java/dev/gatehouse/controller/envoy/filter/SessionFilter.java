package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.route.ResolvedRoute.Match;
import dev.gatehouse.controller.route.ResolvedRoute.Rule;
import dev.gatehouse.gatewayapi.HttpRoute;
import dev.gatehouse.gatewayapi.SessionPersistence;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSession;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState;
import io.envoyproxy.envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState;
import io.envoyproxy.envoy.type.http.v3.Cookie;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Sends the requests of a session to the endpoint of the session's first request (GEP-1619). */
final class SessionFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.stateful_session";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(chain.forPolicies(NAME, StatefulSession.getDefaultInstance()));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        Rule.Http rule = route.rule();
        Optional<SessionPersistence> session = rule.sessionPersistence();
        List<ClusterSpec> backends = backends(rule);
        if (session.isEmpty() && backends.size() == 1) {
            session = backends.getFirst().wishes().session();
        }
        if (session.isPresent()) {
            return Map.of(NAME, session(session.get(), route.match(), route.name()));
        }
        boolean some =
                backends.stream().anyMatch(backend -> backend.wishes().session().isPresent());
        // The filter is enabled in the chain for the backends with session persistence.
        return some
                ? Map.of(
                        NAME,
                        StatefulSessionPerRoute.newBuilder().setDisabled(true).build())
                : Map.of();
    }

    /** Envoy selects the backend before it reads the session, so each backend has sessions of its own. */
    @Override
    public Map<String, Message> onBackend(String name, Rule.Http rule, ClusterSpec backend) {
        return backend.wishes()
                .session()
                .filter(_ -> rule.sessionPersistence().isEmpty())
                .<Map<String, Message>>map(
                        session -> Map.of(NAME, session(session, Match.EVERYTHING, name + "/" + backend.name())))
                .orElse(Map.of());
    }

    private static List<ClusterSpec> backends(Rule.Http rule) {
        return rule.targets().stream()
                .filter(target -> target.weight() > 0)
                .flatMap(target ->
                        target.target() instanceof Target.Found found ? Stream.of(found.cluster()) : Stream.empty())
                .toList();
    }

    /** @param rule the rule's name, which keeps the sessions of several rules of one host apart */
    private static StatefulSessionPerRoute session(SessionPersistence session, Match match, String rule) {
        String name = session.name().orElseGet(() -> "gatehouse-session-" + fingerprint(rule));
        StatefulSession.Builder stateful = StatefulSession.newBuilder();
        switch (session.type()) {
            case Cookie -> {
                String path = session.path()
                        .orElse(
                                match.path().type() == HttpRoute.PathType.RegularExpression
                                        ? "/"
                                        : match.path().value());
                Cookie.Builder cookie = Cookie.newBuilder().setName(name).setPath(path);
                session.maxAge().ifPresent(ttl -> cookie.setTtl(Protos.duration(ttl)));
                stateful.setSessionState(Protos.extension(
                        "envoy.http.stateful_session.cookie",
                        CookieBasedSessionState.newBuilder().setCookie(cookie).build()));
            }
            case Header ->
                stateful.setSessionState(Protos.extension(
                        "envoy.http.stateful_session.header",
                        HeaderBasedSessionState.newBuilder().setName(name).build()));
        }
        return StatefulSessionPerRoute.newBuilder().setStatefulSession(stateful).build();
    }

    /** A short hash of {@code name}, which does not reveal the name to clients. */
    private static String fingerprint(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
