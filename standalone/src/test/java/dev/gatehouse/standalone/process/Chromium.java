package dev.gatehouse.standalone.process;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** A headless Chromium with one page, driven by the DevTools protocol; what it complains of is kept. For one thread. */
public final class Chromium implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Process process;
    private final Path profile;
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<JsonObject>> awaited = new ConcurrentHashMap<>();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private final String session;

    private static Optional<Path> binary() {
        return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The browser of this machine, which a test cannot do without in CI; elsewhere the test is left out where there is none. */
    public static Chromium start() throws IOException, InterruptedException {
        Optional<Path> binary = binary();
        if (binary.isEmpty() && !Boolean.parseBoolean(System.getenv("CI"))) {
            throw new TestAbortedException("Chromium is not there (Debian: chromium)");
        }
        return new Chromium(binary.orElseThrow(() -> new AssertionError("Chromium is not there (Debian: chromium)")));
    }

    private Chromium(Path binary) throws IOException, InterruptedException {
        profile = Files.createTempDirectory("gatehouse-chromium");
        process = new ProcessBuilder(
                        binary.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--hide-scrollbars",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        socket = http.newWebSocketBuilder()
                .buildAsync(endpoint(), new Messages())
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
        String target = call("", "Target.createTarget", new JsonObject().put("url", "about:blank"))
                .getString("targetId");
        session = call(
                        "",
                        "Target.attachToTarget",
                        new JsonObject().put("targetId", target).put("flatten", true))
                .getString("sessionId");
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", new JsonObject());
        }
    }

    private URI endpoint() throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        String line = lines.readLine();
        while (line != null) {
            if (line.startsWith("DevTools listening on ")) {
                Thread.ofVirtual().start(() -> {
                    try (lines) {
                        while (lines.readLine() != null) {
                            // What Chromium says of itself is not about the page.
                        }
                    } catch (IOException e) {
                        // It has ended.
                    }
                });
                return URI.create(
                        line.substring("DevTools listening on ".length()).strip());
            }
            said.append(line).append('\n');
            line = lines.readLine();
        }
        throw new IOException("Chromium ended: " + said);
    }

    private final class Messages implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                take(new JsonObject(text.toString()));
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    private void take(JsonObject message) {
        Integer id = message.getInteger("id");
        if (id != null) {
            CompletableFuture<JsonObject> answer = answers.remove(id);
            if (answer != null) {
                answer.complete(message);
            }
            return;
        }
        JsonObject about = message.getJsonObject("params", new JsonObject());
        switch (message.getString("method", "")) {
            case "Runtime.exceptionThrown" -> complaints.add("exception: " + about.encode());
            case "Runtime.consoleAPICalled" -> complaints.add("console: " + about.encode());
            case "Log.entryAdded" -> complaints.add("log: " + about.encode());
            default -> {}
        }
        CompletableFuture<JsonObject> waiting = awaited.remove(message.getString("method", ""));
        if (waiting != null) {
            waiting.complete(about);
        }
    }

    private JsonObject call(String method, JsonObject parameters) {
        return call(session, method, parameters);
    }

    private JsonObject call(String to, String method, JsonObject parameters) {
        int id = calls.incrementAndGet();
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        answers.put(id, answer);
        JsonObject message =
                new JsonObject().put("id", id).put("method", method).put("params", parameters);
        if (!to.isEmpty()) {
            message.put("sessionId", to);
        }
        socket.sendText(message.encode(), true).join();
        JsonObject answered =
                answer.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        if (answered.containsKey("error")) {
            throw new IllegalStateException(
                    method + ": " + answered.getJsonObject("error").encode());
        }
        return answered.getJsonObject("result", new JsonObject());
    }

    /** How the page is shown. */
    public void show(int width, int height, boolean dark) {
        call(
                "Emulation.setDeviceMetricsOverride",
                new JsonObject()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", width < 600));
        call(
                "Emulation.setEmulatedMedia",
                new JsonObject()
                        .put(
                                "features",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("name", "prefers-color-scheme")
                                                .put("value", dark ? "dark" : "light"))));
    }

    /** Loads a page, and waits until all of it is there. */
    public void open(String url) {
        untilLoaded(() -> call("Page.navigate", new JsonObject().put("url", url)));
    }

    /** Evaluates an expression that leads to another page, such as a click on a button, and waits until all of that is there. */
    public void follow(String expression) {
        untilLoaded(() -> call("Runtime.evaluate", new JsonObject().put("expression", expression)));
    }

    private void untilLoaded(Runnable beginning) {
        CompletableFuture<JsonObject> loaded = new CompletableFuture<>();
        awaited.put("Page.loadEventFired", loaded);
        beginning.run();
        loaded.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** The cookies that it would send to an address, as a request has them. */
    public String cookies(String url) {
        return call("Network.getCookies", new JsonObject().put("urls", new JsonArray().add(url)))
                .getJsonArray("cookies")
                .stream()
                .map(each -> (JsonObject) each)
                .map(cookie -> cookie.getString("name") + "=" + cookie.getString("value"))
                .collect(Collectors.joining("; "));
    }

    /** The value of an expression in the page: a string, number or boolean. */
    public Object evaluate(String expression) {
        JsonObject answer = call(
                "Runtime.evaluate",
                new JsonObject()
                        .put("expression", expression)
                        .put("returnByValue", true)
                        .put("awaitPromise", true));
        if (answer.containsKey("exceptionDetails")) {
            throw new IllegalStateException(
                    answer.getJsonObject("exceptionDetails").encode());
        }
        return Objects.requireNonNullElse(answer.getJsonObject("result").getValue("value"), "");
    }

    /** Presses the key Tab. */
    public void tab() {
        for (String type : List.of("rawKeyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    new JsonObject()
                            .put("type", type)
                            .put("key", "Tab")
                            .put("code", "Tab")
                            .put("windowsVirtualKeyCode", 9));
        }
    }

    /** A picture of what is in view, as PNG. */
    public byte[] picture() {
        return Base64.getDecoder()
                .decode(call("Page.captureScreenshot", new JsonObject().put("format", "png"))
                        .getString("data"));
    }

    /** What the browser complained of since the last time: exceptions, the console, violations of the policy of contents. */
    public List<String> complaints() {
        List<String> all = List.copyOf(complaints);
        complaints.clear();
        return all;
    }

    @Override
    public void close() {
        socket.abort();
        http.close();
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            try (Stream<Path> files = Files.walk(profile)) {
                files.sorted((a, b) -> b.compareTo(a)).forEach(file -> {
                    try {
                        Files.deleteIfExists(file);
                    } catch (IOException e) {
                        // A process of Chromium still writes there; the folder is a temporary one.
                    }
                });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
