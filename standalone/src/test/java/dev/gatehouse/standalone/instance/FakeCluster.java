package dev.gatehouse.standalone.instance;

import io.fabric8.kubernetes.client.Config;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An API server that lists pods and objects, has logs, and forwards ports as Kubernetes does (v4.channel.k8s.io); its kubeconfig is that of
 * this JVM until it is closed.
 */
public final class FakeCluster implements AutoCloseable {
    private static final Pattern POD = Pattern.compile("/api/v1/namespaces/([^/]+)/pods/([^/]+)/(portforward|log)");
    private static final Pattern PODS = Pattern.compile("/api/v1(?:/namespaces/([^/]+))?/pods");
    private static final Pattern NAMESPACE = Pattern.compile("/api/v1/namespaces/([^/]+)");

    private record FakePod(JsonObject object, Map<Integer, Integer> ports, List<String> log) {
        String name() {
            return object.getJsonObject("metadata").getString("name");
        }

        String namespace() {
            return object.getJsonObject("metadata").getString("namespace");
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final List<FakePod> pods = new CopyOnWriteArrayList<>();
    private final Map<String, JsonArray> lists = new ConcurrentHashMap<>();
    private final Map<String, JsonObject> single = new ConcurrentHashMap<>();
    private final Map<String, JsonArray> kinds = new ConcurrentHashMap<>();
    private final Set<String> forbidden = ConcurrentHashMap.newKeySet();
    private final Set<String> namespaces = ConcurrentHashMap.newKeySet();
    private final List<String> forwarded = new CopyOnWriteArrayList<>();
    private final String before = System.getProperty(Config.KUBERNETES_KUBECONFIG_FILE, "");

    /** Starts it, with its kubeconfig in {@code folder}: context "one". */
    public FakeCluster(Path folder) throws Exception {
        HttpServer api =
                await(vertx.createHttpServer(new HttpServerOptions().addWebSocketSubProtocol("v4.channel.k8s.io"))
                        .requestHandler(this::answer)
                        .webSocketHandler(this::forward)
                        .listen(0, "127.0.0.1"));
        namespaces.add("default");
        System.setProperty(
                Config.KUBERNETES_KUBECONFIG_FILE,
                write(folder.resolve("config"), api.actualPort()).toString());
    }

    private static Path write(Path file, int port) throws IOException {
        return Files.writeString(file, """
                apiVersion: v1
                kind: Config
                current-context: one
                contexts:
                - {name: one, context: {cluster: one, user: somebody}}
                clusters:
                - {name: one, cluster: {server: "http://127.0.0.1:%d"}}
                users:
                - {name: somebody, user: {token: token}}
                """.formatted(port));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** A server on loopback; its port. */
    public int serve(Handler<HttpServerRequest> handler) throws Exception {
        return await(vertx.createHttpServer().requestHandler(handler).listen(0, "127.0.0.1"))
                .actualPort();
    }

    /** For routers of pages. */
    public Vertx vertx() {
        return vertx;
    }

    /**
     * Adds a pod with one container.
     *
     * @param container its name
     * @param ports of the pod, and the loopback ports to which they lead
     */
    public void pod(
            String namespace, String name, String container, Map<String, String> labels, Map<Integer, Integer> ports) {
        namespaces.add(namespace);
        pods.add(new FakePod(
                new JsonObject()
                        .put(
                                "metadata",
                                new JsonObject()
                                        .put("name", name)
                                        .put("namespace", namespace)
                                        .put("labels", new JsonObject(new HashMap<>(labels))))
                        .put(
                                "spec",
                                new JsonObject()
                                        .put(
                                                "containers",
                                                new JsonArray()
                                                        .add(new JsonObject()
                                                                .put("name", container)
                                                                .put("image", "gatehouse/" + container + ":1"))))
                        .put(
                                "status",
                                new JsonObject()
                                        .put("phase", "Running")
                                        .put(
                                                "containerStatuses",
                                                new JsonArray()
                                                        .add(new JsonObject()
                                                                .put("name", container)
                                                                .put("ready", true)
                                                                .put(
                                                                        "state",
                                                                        new JsonObject()
                                                                                .put("running", new JsonObject()))))),
                ports,
                new CopyOnWriteArrayList<>()));
    }

    /** A pod of a service, on its usual port. */
    public void service(Component component, String name, int port) {
        pod(
                ClusterGatehouse.USUAL_NAMESPACE,
                name,
                component.text(),
                component == Component.CONTROLLER
                        ? Map.of("app.kubernetes.io/name", component.text(), "gatehouse.dev/leader", "true")
                        : component.labels(),
                Map.of(component.port(), port));
    }

    /** A pod of a proxy, whose admin page is at {@code port}. */
    public void proxy(String name, String gateway, int port) {
        Map<String, String> labels = new HashMap<>(Component.PROXY.labels());
        labels.put("gateway.envoyproxy.io/owning-gateway-namespace", gateway.substring(0, gateway.indexOf('/')));
        labels.put("gateway.envoyproxy.io/owning-gateway-name", gateway.substring(gateway.indexOf('/') + 1));
        pod(ClusterGatehouse.USUAL_NAMESPACE, name, "envoy", labels, Map.of(Component.PROXY.port(), port));
    }

    /** The pod is not ready: its container waits for {@code reason}. */
    public void breaks(String name, String reason) {
        JsonObject status = find(name).object().getJsonObject("status");
        status.getJsonArray("containerStatuses")
                .getJsonObject(0)
                .put("ready", false)
                .put("state", new JsonObject().put("waiting", new JsonObject().put("reason", reason)));
    }

    /** The pod is gone. */
    public void remove(String name) {
        pods.remove(find(name));
    }

    /** A line of the pod's log, with the time before it. */
    public void log(String name, String stampedLine) {
        find(name).log().add(stampedLine);
    }

    private FakePod find(String name) {
        return pods.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Serves objects of a kind.
     *
     * @param groupVersion "v1", or "gateway.networking.k8s.io/v1"
     */
    public void objects(String groupVersion, String kind, String plural, JsonObject... objects) {
        String root = groupVersion.contains("/") ? "/apis/" + groupVersion : "/api/" + groupVersion;
        lists.put(root + "/" + plural, new JsonArray(new ArrayList<>(List.of(objects))));
        kinds.computeIfAbsent(root, _ -> new JsonArray())
                .add(new JsonObject().put("name", plural).put("kind", kind).put("namespaced", true));
    }

    /** Serves one object. */
    public void object(String path, JsonObject object) {
        single.put(path, object);
    }

    /** What is asked by a path that begins with this is answered with 403. */
    public void forbid(String path) {
        forbidden.add(path);
    }

    /** The paths and queries of the port-forwards. */
    public List<String> forwarded() {
        return List.copyOf(forwarded);
    }

    private void answer(HttpServerRequest request) {
        String path = request.path();
        Optional<String> refused = forbidden.stream().filter(path::startsWith).findFirst();
        Matcher pod = POD.matcher(path);
        Matcher list = PODS.matcher(path);
        Matcher namespace = NAMESPACE.matcher(path);
        if (refused.isPresent()) {
            status(request, 403, path + " is forbidden: User \"somebody\" cannot do that");
        } else if (pod.matches() && pod.group(3).equals("log")) {
            int tail = Integer.parseInt(
                    Optional.ofNullable(request.getParam("tailLines")).orElse("1000000"));
            List<String> log = find(pod.group(2)).log();
            request.response().end(String.join("\n", log.subList(Math.max(0, log.size() - tail), log.size())) + "\n");
        } else if (list.matches()) {
            Set<String> wanted = new HashSet<>(List.of(Optional.ofNullable(request.getParam("labelSelector"))
                    .orElse("")
                    .split(",")));
            wanted.remove("");
            JsonArray items = new JsonArray();
            pods.stream()
                    .filter(each -> list.group(1) == null || list.group(1).equals(each.namespace()))
                    .filter(each -> wanted.stream().allMatch(label -> {
                        String[] pair = label.split("=", 2);
                        return pair[1].equals(each.object()
                                .getJsonObject("metadata")
                                .getJsonObject("labels")
                                .getString(pair[0]));
                    }))
                    .forEach(each -> items.add(each.object()));
            list(request, "PodList", items);
        } else if (namespace.matches()) {
            if (namespaces.contains(namespace.group(1))) {
                json(
                        request,
                        new JsonObject()
                                .put("apiVersion", "v1")
                                .put("kind", "Namespace")
                                .put("metadata", new JsonObject().put("name", namespace.group(1))));
            } else {
                status(request, 404, "namespaces \"" + namespace.group(1) + "\" not found");
            }
        } else if (single.containsKey(path)) {
            json(request, single.get(path));
        } else if (lists.containsKey(path)) {
            list(request, "List", lists.get(path));
        } else if (kinds.containsKey(path)) {
            json(
                    request,
                    new JsonObject()
                            .put("kind", "APIResourceList")
                            .put("apiVersion", "v1")
                            .put("groupVersion", path.replaceFirst("^/apis?/", ""))
                            .put("resources", kinds.get(path)));
        } else if (kinds.keySet().stream().anyMatch(each -> each.startsWith(path + "/")) && path.startsWith("/apis/")) {
            JsonArray versions = new JsonArray();
            kinds.keySet().stream()
                    .filter(each -> each.startsWith(path + "/"))
                    .map(each -> each.substring("/apis/".length()))
                    .forEach(each -> versions.add(new JsonObject()
                            .put("groupVersion", each)
                            .put("version", each.substring(each.indexOf('/') + 1))));
            json(
                    request,
                    new JsonObject()
                            .put("kind", "APIGroup")
                            .put("apiVersion", "v1")
                            .put("name", path.substring("/apis/".length()))
                            .put("versions", versions));
        } else {
            status(request, 404, "the server could not find the requested resource");
        }
    }

    private static void list(HttpServerRequest request, String kind, JsonArray items) {
        json(
                request,
                new JsonObject()
                        .put("apiVersion", "v1")
                        .put("kind", kind)
                        .put("metadata", new JsonObject())
                        .put("items", items));
    }

    private static void status(HttpServerRequest request, int code, String message) {
        request.response().setStatusCode(code);
        json(
                request,
                new JsonObject()
                        .put("kind", "Status")
                        .put("apiVersion", "v1")
                        .put("status", "Failure")
                        .put("message", message)
                        .put("code", code));
    }

    private static void json(HttpServerRequest request, JsonObject answer) {
        request.response().putHeader("content-type", "application/json").end(answer.encode());
    }

    /** Channel 0 has the data, channel 1 errors; each begins with the port. */
    private void forward(ServerWebSocket socket) {
        forwarded.add(socket.path() + "?" + socket.query());
        Matcher pod = POD.matcher(socket.path());
        int port = Integer.parseInt(socket.query().replaceFirst(".*ports=", ""));
        if (forbidden.stream().anyMatch(socket.path()::startsWith) || !pod.matches()) {
            socket.reject(403);
            return;
        }
        int target = find(pod.group(2)).ports().getOrDefault(port, 1);
        NetClient client = vertx.createNetClient();
        socket.pause();
        client.connect(target, "127.0.0.1").onFailure(_ -> socket.close()).onSuccess(backend -> {
            for (byte channel : new byte[] {0, 1}) {
                socket.writeBinaryMessage(Buffer.buffer()
                        .appendByte(channel)
                        .appendByte((byte) port)
                        .appendByte((byte) (port >> 8)));
            }
            backend.handler(data -> socket.writeBinaryMessage(
                    Buffer.buffer().appendByte((byte) 0).appendBuffer(data)));
            backend.closeHandler(_ -> socket.close());
            socket.binaryMessageHandler(message -> backend.write(message.getBuffer(1, message.length())));
            socket.closeHandler(_ -> backend.close());
            socket.resume();
        });
    }

    @Override
    public void close() {
        if (before.isEmpty()) {
            System.clearProperty(Config.KUBERNETES_KUBECONFIG_FILE);
        } else {
            System.setProperty(Config.KUBERNETES_KUBECONFIG_FILE, before);
        }
        vertx.close();
    }
}
