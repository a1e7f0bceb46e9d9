package dev.gatehouse.standalone.run;

import dev.gatehouse.console.Console;
import dev.gatehouse.console.http.ConsoleConfig;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.files.Advice;
import dev.gatehouse.controller.files.FileSet;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.envoyprocess.EnvoyBinary;
import dev.gatehouse.envoyprocess.EnvoyState;
import dev.gatehouse.events.Position;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ParentReference;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.standalone.fleet.EnvoyFleet;
import dev.gatehouse.xds.view.Subscriber;
import dev.gatehouse.xds.view.XdsView;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.health.SmallRyeHealthReporter;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import jakarta.json.JsonValue;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The state of the instance, for 'gatehouse status'. Thread-safe. */
@Singleton
public final class Instance {
    private record Proxies(EnvoyFleet fleet, EnvoyBinary binary) {}

    private final Controller controller;
    private final FileSource files;
    private final XdsView xds;
    private final SmallRyeHealthReporter health;
    private final Optional<String> console;
    private volatile Optional<Proxies> proxies = Optional.empty();
    private volatile List<String> problems = List.of();
    private volatile List<String> warnings = List.of();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

    Instance(
            Controller controller,
            FileSource files,
            XdsView xds,
            SmallRyeHealthReporter health,
            ConsoleConfig console,
            @ConfigProperty(name = "quarkus.http.port") int adminPort) {
        this.controller = controller;
        this.files = files;
        this.xds = xds;
        this.health = health;
        this.console =
                console.enabled() ? Optional.of("http://localhost:" + adminPort + Console.ROOT) : Optional.empty();
    }

    /** Waits for the end of the proxies, which need the services until their last request. SIGTERM reaches both at the same time. */
    void awaitEnd(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        if (proxies.isPresent()) {
            ended.join();
        }
    }

    /** The proxies are drained and gone. */
    void ended() {
        ended.complete(true);
    }

    void runs(EnvoyFleet fleet, EnvoyBinary binary) {
        proxies = Optional.of(new Proxies(fleet, binary));
    }

    /** The proxies; empty until they are started. */
    Optional<EnvoyFleet> fleet() {
        return proxies.map(Proxies::fleet);
    }

    /** Takes note of problems and warnings that are not about the files' texts. */
    void problems(List<String> wrong, List<String> noteworthy) {
        problems = List.copyOf(wrong);
        warnings = List.copyOf(noteworthy);
    }

    /** Problems that are not about the files' texts, as they were taken note of last. */
    List<String> problems() {
        return problems;
    }

    /** Warnings that are not about the files' texts, as they were taken note of last. */
    List<String> warnings() {
        return warnings;
    }

    /** True if every Gateway that can be served has been acknowledged by its proxy. */
    boolean allProgrammed(ControllerView view) {
        return view.gateways().values().stream()
                .filter(state -> state.listeners().stream().anyMatch(ListenerState::serving))
                .allMatch(state -> programmed(view, state));
    }

    private static boolean programmed(ControllerView view, GatewayState state) {
        return view.statuses().get(ObjectRef.of(Kinds.GATEWAY, state.gateway().key()))
                        instanceof ObjectStatus.Listeners status
                && status.conditions().stream()
                        .anyMatch(condition -> condition.type().equals(Conditions.PROGRAMMED) && condition.holds());
    }

    /** The state as a tree. */
    JsonObject status() {
        ControllerView view = controller.view();
        JsonArray problemLines = new JsonArray();
        JsonArray warningLines = new JsonArray();
        files.problems(view)
                .forEach(problem -> (problem.severity() == Problem.Severity.ERROR ? problemLines : warningLines)
                        .add(problem.toString()));
        problems.forEach(problemLines::add);
        warnings.forEach(warningLines::add);
        JsonArray stale = new JsonArray();
        files.stale().forEach(ref -> stale.add(ref.toString()));
        return new JsonObject()
                .put("pid", ProcessHandle.current().pid())
                .put(
                        "files",
                        new JsonArray(files.roots().stream()
                                .map(root -> root.equals(FileSet.STANDARD_INPUT) ? root : root.toAbsolutePath())
                                .map(Path::toString)
                                .toList()))
                .put("console", console.orElse(null))
                .put("gateways", gateways(view))
                .put("routes", routes(view))
                .put("policies", policies(view))
                .put("proxies", subscribers(view))
                .put("parts", parts())
                .put("lastGood", stale)
                .put("problems", problemLines)
                .put("warnings", warningLines);
    }

    private JsonArray gateways(ControllerView view) {
        Map<String, EnvoyState> envoys = fleet().map(EnvoyFleet::states).orElse(Map.of());
        JsonArray gateways = new JsonArray();
        view.gateways().values().stream()
                .sorted(Comparator.comparing(state -> state.gateway().key()))
                .forEach(state -> {
                    ObjectStatus status = view.statuses()
                            .get(ObjectRef.of(Kinds.GATEWAY, state.gateway().key()));
                    JsonArray listeners = new JsonArray();
                    EnvoyState envoy = envoys.get(state.fleet());
                    boolean ready = envoy instanceof EnvoyState.Ready;
                    for (ListenerState listener : state.listeners()) {
                        boolean unopened = Advice.withoutSocket(listener, view.statuses());
                        listeners.add(new JsonObject()
                                .put("name", listener.key().name())
                                .put("owner", listener.key().owner().toString())
                                .put("url", url(listener))
                                .put("serving", listener.serving() && !unopened && ready)
                                .put("waitsForRoute", unopened)
                                .put(
                                        "waitsForEnvoy",
                                        listener.serving() && !unopened && !ready
                                                ? envoy == null ? "is not started" : state(envoy)
                                                : null)
                                .put("conditions", conditions(listener.conditions())));
                    }
                    gateways.add(new JsonObject()
                            .put("name", state.gateway().key().toString())
                            .put("fleet", state.fleet())
                            .put("class", state.gateway().spec().gatewayClassName())
                            .put(
                                    "conditions",
                                    status instanceof ObjectStatus.Listeners own
                                            ? conditions(own.conditions())
                                            : new JsonArray())
                            .put("listeners", listeners));
                });
        return gateways;
    }

    /** Where people on this machine reach a listener; its protocol, where that is not served. */
    static String url(ListenerState listener) {
        String host =
                listener.spec().hostname().filter(name -> !name.startsWith("*")).orElse("localhost");
        return listener.protocol()
                .map(protocol -> switch (protocol) {
                    case HTTP -> "http://" + host + ":" + listener.boundPort();
                    case HTTPS -> "https://" + host + ":" + listener.boundPort();
                    case TLS_PASSTHROUGH, TLS_TERMINATE -> "tls://" + host + ":" + listener.boundPort();
                    case TCP -> "tcp://" + host + ":" + listener.boundPort();
                    case UDP -> "udp://" + host + ":" + listener.boundPort();
                })
                .orElse(listener.spec().protocol());
    }

    private JsonArray routes(ControllerView view) {
        JsonArray routes = new JsonArray();
        for (Found<?> found : new TreeMap<>(files.contents().objects()).values()) {
            if (found.resource().spec() instanceof RouteSpec route) {
                JsonArray parents = new JsonArray();
                if (view.statuses().get(found.ref()) instanceof ObjectStatus.Parents status) {
                    for (ObjectStatus.ParentStatus parent : status.parents()) {
                        parents.add(new JsonObject()
                                .put("parent", parent(parent.reference(), found.ref()))
                                .put("conditions", conditions(parent.conditions())));
                    }
                }
                routes.add(new JsonObject()
                        .put("kind", found.ref().kind())
                        .put("name", found.ref().key().toString())
                        .put("hostnames", new JsonArray(route.hostnames()))
                        .put("parents", parents));
            }
        }
        return routes;
    }

    private static String parent(ParentReference reference, ObjectRef route) {
        return reference.key(route.namespace())
                + reference.sectionName().map(name -> "/" + name).orElse("");
    }

    private static JsonArray policies(ControllerView view) {
        JsonArray policies = new JsonArray();
        new TreeMap<>(view.statuses()).forEach((ref, status) -> {
            if (status instanceof ObjectStatus.Ancestors own) {
                for (ObjectStatus.ParentStatus ancestor : own.ancestors()) {
                    policies.add(new JsonObject()
                            .put("kind", ref.kind())
                            .put("name", ref.key().toString())
                            .put("target", ancestor.reference().kind() + " " + parent(ancestor.reference(), ref))
                            .put("conditions", conditions(ancestor.conditions())));
                }
            }
        });
        return policies;
    }

    private static JsonArray conditions(List<Condition> conditions) {
        JsonArray list = new JsonArray();
        for (Condition condition : conditions) {
            list.add(new JsonObject()
                    .put("type", condition.type())
                    .put("status", condition.status().name())
                    .put("reason", condition.reason())
                    .put("message", condition.message()));
        }
        return list;
    }

    private JsonArray subscribers(ControllerView view) {
        JsonArray subscribers = new JsonArray();
        for (Subscriber subscriber : xds.subscribers()) {
            Optional<Position> published = Optional.ofNullable(view.published().get(subscriber.fleet()));
            JsonArray types = new JsonArray();
            subscriber
                    .types()
                    .forEach(type -> types.add(new JsonObject()
                            .put("type", type.typeUrl().substring(type.typeUrl().lastIndexOf('.') + 1))
                            .put("resources", type.resources())
                            .put("rejected", type.lastRejection().orElse(null))));
            subscribers.add(new JsonObject()
                    .put("fleet", subscriber.fleet())
                    .put("node", subscriber.nodeId())
                    .put("version", subscriber.version())
                    .put(
                            "acknowledged",
                            subscriber.applied().map(Position::offset).orElse(0L))
                    .put("published", published.map(Position::offset).orElse(0L))
                    .put("types", types));
        }
        return subscribers;
    }

    private JsonArray parts() {
        JsonArray parts = new JsonArray();
        for (JsonValue check : health.getHealth().getPayload().getJsonArray("checks")) {
            parts.add(new JsonObject()
                    .put("name", check.asJsonObject().getString("name"))
                    .put("state", check.asJsonObject().getString("status").equals("UP") ? "up" : "down"));
        }
        proxies.ifPresent(running -> {
            String version = running.binary().version().toString();
            for (Map.Entry<String, EnvoyState> envoy : running.fleet().states().entrySet()) {
                parts.add(new JsonObject()
                        .put("name", "envoy " + version + " of " + envoy.getKey())
                        .put("state", state(envoy.getValue()))
                        .put(
                                "admin",
                                envoy.getValue()
                                        .adminAddress()
                                        .map(Object::toString)
                                        .orElse(null)));
            }
        });
        return parts;
    }

    /** The Envoys, with the node ids by which xds-svc knows them. */
    JsonArray envoys() {
        JsonArray envoys = new JsonArray();
        fleet().ifPresent(fleet -> fleet.states()
                .forEach((name, state) -> envoys.add(new JsonObject()
                        .put("fleet", name)
                        .put("node", EnvoyFleet.nodeId(name))
                        .put("state", state(state)))));
        return envoys;
    }

    private static String state(EnvoyState state) {
        return switch (state) {
            case EnvoyState.Starting _ -> "starting";
            case EnvoyState.Live _ -> "waits for its configuration";
            case EnvoyState.Ready _ -> "up";
            case EnvoyState.Crashed crashed ->
                "crashed (exit " + crashed.exit() + ": " + crashed.lastLine() + "), starts again in "
                        + crashed.restartIn().toMillis() + " ms";
            case EnvoyState.Draining _ -> "drains";
            case EnvoyState.Stopped _ -> "stopped";
        };
    }
}
