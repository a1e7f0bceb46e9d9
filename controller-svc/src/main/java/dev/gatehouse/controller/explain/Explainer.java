package dev.gatehouse.controller.explain;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.Hostnames;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.text.ResourceText;
import dev.gatehouse.controller.text.YamlText;
import dev.gatehouse.controller.translate.PolicyUse;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Explains how a request is handled: the listener, the selected route and why other routes do not match, the effective
 * policies with their verdicts, the filters in order, and the destination. The answer is a tree for YAML and JSON. Not
 * thread-safe; used on the translation's thread.
 */
public final class Explainer {
    private static final Pattern ROUTE_NAME = Pattern.compile(
            "(?<kind>[a-z]+)/(?<namespace>[^/]+)/(?<name>[^/]+)/rule/(?<rule>\\d+)(/match/(?<match>\\d+))?.*");
    private static final Map<String, String> KINDS = Map.of("httproute", "HTTPRoute", "grpcroute", "GRPCRoute");

    private final Translator translator;
    private final Map<ResourceId, Message> resources = new HashMap<>();
    private final ResourceText text = new ResourceText();

    public Explainer(Translator translator) {
        this.translator = translator;
        translator.resources().forEach((id, output) -> resources.put(id, output.message()));
    }

    /** A listener and its Gateway. */
    private record Served(GatewayState gateway, ListenerState listener) {
        String fleet() {
            return gateway.fleet();
        }
    }

    /** The object, rule and match that an Envoy route was made from. */
    private record Origin(ObjectRef route, int rule, Optional<Integer> match) {
        static Optional<Origin> of(String name) {
            Matcher matcher = ROUTE_NAME.matcher(name);
            return matcher.matches() && KINDS.containsKey(matcher.group("kind"))
                    ? Optional.of(new Origin(
                            new ObjectRef(
                                    KINDS.get(matcher.group("kind")),
                                    matcher.group("namespace"),
                                    matcher.group("name")),
                            Integer.parseInt(matcher.group("rule")),
                            Optional.ofNullable(matcher.group("match")).map(Integer::parseInt)))
                    : Optional.empty();
        }

        Map<String, Object> tree(Optional<String> name) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("route", route.toString());
            tree.put("rule", rule);
            name.ifPresent(each -> tree.put("ruleName", each));
            match.ifPresent(each -> tree.put("match", each));
            return tree;
        }
    }

    /** Explains the request at each Gateway that listens on its port. */
    public Map<String, Object> explain(Question question) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(
                "request",
                question.method() + " " + question.scheme() + "://" + question.host()
                        + (question.port().isPresent() ? ":" + question.port().getAsInt() : "") + question.path());
        List<Served> all = translator.gateways().values().stream()
                .sorted(Comparator.comparing(state -> state.gateway().key()))
                .flatMap(state -> state.listeners().stream()
                        .filter(ListenerState::serving)
                        .map(listener -> new Served(state, listener)))
                .toList();
        List<Served> onPort = all.stream()
                .filter(each -> each.listener().boundPort() == question.target()
                        || each.listener().spec().port() == question.target())
                .toList();
        if (onPort.isEmpty()) {
            tree.put("outcome", "no connection: no Gateway listens on port " + question.target());
            tree.put(
                    "listeners",
                    all.stream().map(Explainer::described).distinct().toList());
            return tree;
        }
        tree.put(
                "gateways",
                onPort.stream()
                        .map(Served::fleet)
                        .distinct()
                        .map(fleet -> at(
                                fleet,
                                onPort.stream()
                                        .filter(each -> each.fleet().equals(fleet))
                                        .toList(),
                                question))
                        .toList());
        return tree;
    }

    private static String described(Served served) {
        ListenerState listener = served.listener();
        return "Gateway " + served.gateway().gateway().key() + ", "
                + listener.spec().protocol() + " listener \""
                + listener.key().name() + "\", port " + listener.spec().port()
                + (listener.boundPort() == listener.spec().port() ? "" : " (Envoy: " + listener.boundPort() + ")")
                + listener.spec().hostname().map(name -> ", " + name).orElse("");
    }

    private Map<String, Object> at(String fleet, List<Served> listeners, Question question) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("fleet", fleet);
        int bound = listeners.getFirst().listener().boundPort();
        Optional<Listener> listener = of(fleet, TypeUrls.LISTENER, Listener.class)
                .filter(each -> each.getAddress().getSocketAddress().getPortValue() == bound)
                .findFirst();
        if (listener.isEmpty()) {
            tree.put(
                    "outcome",
                    "no connection: Envoy has no listener for " + described(listeners.getFirst())
                            + "; its status says why");
            return tree;
        }
        Optional<FilterChain> chain = chain(listener.get(), question);
        if (chain.isEmpty()) {
            tree.put("listeners", listeners.stream().map(Explainer::described).toList());
            tree.put(
                    "outcome",
                    "connection closed: "
                            + (question.secure()
                                    ? "no listener for the server name " + question.host()
                                    : "it is not TLS, as the listeners expect"));
            return tree;
        }
        if (question.secure() && passesNoTls(chain.get())) {
            tree.put("listener", described(listenerOf(listeners, question.host())));
            tree.put("outcome", "no connection: it is TLS, and the listener speaks HTTP without");
            return tree;
        }
        for (Filter filter : chain.get().getFiltersList()) {
            Optional<HttpConnectionManager> manager = unpacked(filter.getTypedConfig(), HttpConnectionManager.class);
            if (manager.isPresent()) {
                http(fleet, listeners, manager.get(), question, tree);
                return tree;
            }
            Optional<TcpProxy> proxy = unpacked(filter.getTypedConfig(), TcpProxy.class);
            if (proxy.isPresent()) {
                tree.put("listener", described(listenerOf(listeners, question.host())));
                tree.put("outcome", "connection forwarded as it is");
                tree.put("backends", new Backends(resources, fleet).of(proxy.get()));
                return tree;
            }
        }
        tree.put("outcome", "connection closed: the listener has no route");
        return tree;
    }

    /**
     * The filter chain that Envoy selects: the one with the most specific matching server name, otherwise the one
     * without a server name.
     */
    private static Optional<FilterChain> chain(Listener listener, Question question) {
        List<FilterChain> able = Stream.concat(
                        listener.getFilterChainsList().stream(),
                        listener.hasDefaultFilterChain() ? Stream.of(listener.getDefaultFilterChain()) : Stream.empty())
                .filter(chain -> {
                    String transport = chain.getFilterChainMatch().getTransportProtocol();
                    return transport.isEmpty() || transport.equals("tls") == question.secure();
                })
                .toList();
        return Hostnames.covering(question.host()).stream()
                .flatMap(name -> able.stream()
                        .filter(chain ->
                                chain.getFilterChainMatch().getServerNamesList().contains(name)))
                .findFirst()
                .or(() -> able.stream()
                        .filter(chain -> chain.getFilterChainMatch().getServerNamesCount() == 0)
                        // A chain for TLS takes precedence over a chain for any connection.
                        .max(Comparator.comparing(chain -> !chain.getFilterChainMatch()
                                .getTransportProtocol()
                                .isEmpty())));
    }

    /** Whether the chain reads requests from plain-text connections. */
    private static boolean passesNoTls(FilterChain chain) {
        return !chain.hasTransportSocket()
                && chain.getFiltersList().stream()
                        .anyMatch(filter -> filter.getTypedConfig().is(HttpConnectionManager.class));
    }

    /** The listener that a hostname belongs to: the one with the most specific hostname that covers it. */
    private static Served listenerOf(List<Served> listeners, String host) {
        return Hostnames.covering(host).stream()
                .flatMap(name -> listeners.stream()
                        .filter(each -> each.listener()
                                .spec()
                                .hostname()
                                .orElse(Hostnames.ANY)
                                .equals(name)))
                .findFirst()
                .orElse(listeners.getFirst());
    }

    private void http(
            String fleet,
            List<Served> listeners,
            HttpConnectionManager manager,
            Question asked,
            Map<String, Object> tree) {
        Question question = asked.as(manager.getNormalizePath().getValue(), manager.getMergeSlashes());
        Served listener = listenerOf(listeners, question.host());
        tree.put("listener", described(listener));
        String name = manager.getRds().getRouteConfigName();
        Optional<RouteConfiguration> table = of(fleet, TypeUrls.ROUTES, RouteConfiguration.class)
                .filter(each -> each.getName().equals(name))
                .findFirst();
        Optional<VirtualHost> host = table.flatMap(each -> host(hosts(fleet, each), question.host()));
        if (host.isEmpty()) {
            tree.put("outcome", "404: no listener is for the host " + question.host());
            return;
        }
        tree.put("hostname", host.get().getDomains(0));
        List<Map<String, Object>> passed = new ArrayList<>();
        Optional<Route> selected = Optional.empty();
        for (Route route : host.get().getRoutesList()) {
            Optional<String> mismatch = RouteMatching.mismatch(route.getMatch(), question);
            if (selected.isEmpty() && mismatch.isEmpty()) {
                selected = Optional.of(route);
                continue;
            }
            String why = mismatch.orElse("it would match, and comes after the one that is selected");
            Optional<Origin> origin = Origin.of(route.getName());
            if (origin.isPresent() && origin.get().match().isPresent()) {
                Map<String, Object> each = named(origin.get());
                each.put("asksFor", RouteMatching.described(route.getMatch()));
                each.put("why", why);
                if (passed.isEmpty() || !passed.getLast().equals(each)) {
                    passed.add(each);
                }
            }
        }
        Optional<Origin> origin = selected.flatMap(route -> Origin.of(route.getName()));
        if (selected.isEmpty()) {
            tree.put("outcome", "404: no route of this hostname matches");
        } else {
            Map<String, Object> route = origin.map(this::named).orElseGet(LinkedHashMap::new);
            route.put("asksFor", RouteMatching.described(selected.get().getMatch()));
            tree.put("selected", route);
            tree.put("outcome", Actions.outcome(selected.get()));
            Actions.changes(selected.get()).ifPresent(changes -> tree.put("changes", changes));
        }
        origin.ifPresent(each -> {
            tree.put("policies", policies(listener, each));
            List<Map<String, Object>> access = access(listener, each, question);
            if (!access.isEmpty()) {
                tree.put("access", access);
                tree.put("decision", Access.decision(access));
            }
        });
        tree.put("filters", filters(manager, table.orElseThrow(), host.get(), selected));
        selected.filter(Route::hasRoute)
                .ifPresent(route -> tree.put("backends", new Backends(resources, fleet).of(route.getRoute())));
        tree.put("notSelected", passed);
    }

    private Map<String, Object> named(Origin origin) {
        return origin.tree(translator.ruleName(origin.route(), origin.rule()));
    }

    /** The virtual host that Envoy selects: the host itself, then the longest wildcard that covers it, then "*". */
    private static Optional<VirtualHost> host(List<VirtualHost> hosts, String host) {
        return Hostnames.covering(host).stream()
                .flatMap(name ->
                        hosts.stream().filter(each -> each.getDomainsList().contains(name)))
                .findFirst();
    }

    /** The virtual hosts of a table: the hosts in the table, and the hosts that are resources of their own. */
    private List<VirtualHost> hosts(String fleet, RouteConfiguration table) {
        String prefix = table.getName() + "/";
        return Stream.concat(
                        table.getVirtualHostsList().stream(),
                        of(fleet, TypeUrls.VIRTUAL_HOST, VirtualHost.class)
                                .filter(_ -> table.hasVhds())
                                .filter(each -> each.getName().startsWith(prefix)
                                        && each.getName().indexOf('/', prefix.length()) < 0))
                .toList();
    }

    private List<Map<String, Object>> policies(Served listener, Origin origin) {
        Optional<String> rule = translator.ruleName(origin.route(), origin.rule());
        return translator.policies(listener.listener().key(), origin.route(), rule).stream()
                .map(this::policy)
                .toList();
    }

    private List<Map<String, Object>> access(Served listener, Origin origin, Question question) {
        Optional<String> rule = translator.ruleName(origin.route(), origin.rule());
        Optional<String> problem =
                translator.securityProblem(listener.listener().key(), origin.route(), rule);
        if (problem.isPresent()) {
            return Access.closed(problem.get());
        }
        return Access.of(
                translator
                        .security(listener.listener().key(), origin.route(), rule)
                        .orElse(SecuritySettings.NONE),
                translator.accessPolicy(listener.listener().key(), origin.route(), rule),
                question);
    }

    private Map<String, Object> policy(PolicyUse use) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("policy", use.kind() + " " + use.policy());
        tree.put("for", use.target().toString());
        if (!use.others().isEmpty()) {
            tree.put(
                    "mergedWith", use.others().stream().map(ObjectKey::toString).toList());
        }
        if (!use.problems().isEmpty()) {
            tree.put("problems", use.problems());
        }
        List<Map<String, Object>> fields = new ArrayList<>();
        for (PolicyUse.Field field : use.fields()) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("field", field.path());
            each.put("value", field.value());
            if (!use.others().isEmpty()) {
                each.put("from", field.from().stream().map(ObjectKey::toString).toList());
            }
            fields.add(each);
        }
        if (!fields.isEmpty()) {
            tree.put("says", fields);
        }
        return tree;
    }

    /** The filters that run, in order, each with its configuration from the route, the virtual host or the table. */
    private List<Map<String, Object>> filters(
            HttpConnectionManager manager, RouteConfiguration table, VirtualHost host, Optional<Route> route) {
        List<Map<String, Object>> filters = new ArrayList<>();
        for (HttpFilter filter : manager.getHttpFiltersList()) {
            Optional<Any> own = route.map(
                            each -> each.getTypedPerFilterConfigMap().get(filter.getName()))
                    .or(() -> Optional.ofNullable(
                            host.getTypedPerFilterConfigMap().get(filter.getName())))
                    .or(() -> Optional.ofNullable(
                            table.getTypedPerFilterConfigMap().get(filter.getName())));
            Optional<Object> config = own.map(each -> YamlText.ofJson(text.json(each)));
            boolean off = config.map(each -> each instanceof Map<?, ?> map && Boolean.TRUE.equals(map.get("disabled")))
                    .orElse(filter.getDisabled());
            if (!off) {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("name", filter.getName());
                config.ifPresent(each -> tree.put("ofTheRoute", each));
                filters.add(tree);
            }
        }
        return filters;
    }

    private <M extends Message> Stream<M> of(String fleet, String typeUrl, Class<M> type) {
        return resources.entrySet().stream()
                .filter(entry -> entry.getKey().fleet().equals(fleet)
                        && entry.getKey().typeUrl().equals(typeUrl))
                .map(entry -> type.cast(entry.getValue()));
    }

    private static <M extends Message> Optional<M> unpacked(Any any, Class<M> type) {
        try {
            return any.is(type) ? Optional.of(any.unpack(type)) : Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(type.getSimpleName().toLowerCase(Locale.ROOT) + " that we made", e);
        }
    }
}
