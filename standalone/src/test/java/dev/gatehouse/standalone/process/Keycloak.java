package dev.gatehouse.standalone.process;

import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.Leash;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A real Keycloak on loopback, which keeps all in memory; fetched once by {@code examples/sso/keycloak}. For one thread. */
public final class Keycloak implements AutoCloseable {
    private static final String ADMINISTRATOR = "admin";

    /** How it says that it has adapted itself to its options, and wants to be started again. */
    private static final int AGAIN = 10;

    private final String url;
    private final Path log;
    private final HttpClient http = HttpClient.newHttpClient();
    private Process process;

    /** @param folder where its log is kept */
    public Keycloak(int port, Path folder) throws IOException, InterruptedException {
        this.url = "http://localhost:" + port;
        this.log = folder.resolve("keycloak.log");
        Path home = home();
        process = launch(home, port, "-Dkc.config.built=false");
        Await.orSilent(
                () -> {
                    if (!process.isAlive() && process.exitValue() == AGAIN) {
                        process = launch(home, port, "-Dkc.config.built=true");
                    }
                    return !process.isAlive() || answers();
                },
                // The process may be another one by now.
                () -> Await.pulse(process).get(),
                this::said);
        if (!process.isAlive()) {
            throw new AssertionError(said());
        }
    }

    private static Path home() throws IOException, InterruptedException {
        Process fetch = new ProcessBuilder(
                        ChildJvm.repository().resolve("examples/sso/keycloak").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(fetch.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (fetch.waitFor() != 0) {
            throw new IOException("Keycloak could not be fetched, as said above");
        }
        return Path.of(printed);
    }

    /** As its script does, but for that: a process that ends with the test's. */
    private Process launch(Path home, int port, String built) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Leash.hold(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx384m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                        "-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
                        "-Dkc.home.dir=" + home,
                        "-Djboss.server.config.dir=" + home.resolve("conf"),
                        built,
                        "-cp",
                        home.resolve("lib/quarkus-run.jar").toString(),
                        "io.quarkus.bootstrap.runner.QuarkusEntryPoint",
                        "start-dev",
                        "--http-host=127.0.0.1",
                        "--http-port=" + port,
                        "--hostname=" + url,
                        "--db=dev-mem")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment()
                .putAll(Map.of(
                        "KC_BOOTSTRAP_ADMIN_USERNAME", ADMINISTRATOR, "KC_BOOTSTRAP_ADMIN_PASSWORD", ADMINISTRATOR));
        return builder.start();
    }

    private boolean answers() throws IOException, InterruptedException {
        try {
            return http.send(
                                    HttpRequest.newBuilder(URI.create(url + "/realms/master"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (ConnectException e) {
            return false;
        }
    }

    /** Its log, for messages of tests. */
    public String said() {
        try {
            return "Keycloak said:\n" + Files.readString(log);
        } catch (IOException e) {
            return "Keycloak has no log: " + e;
        }
    }

    /** The issuer of a realm. */
    public String issuer(String realm) {
        return url + "/realms/" + realm;
    }

    /** Adds a realm with all that its description has, as a file of {@code --import-realm} has it. */
    public void realm(JsonObject description) throws IOException, InterruptedException {
        administrate("POST", "", description.encode(), 201);
    }

    /** Ends all sessions of a user, as the button "Sign out" of its administration does. */
    public void signOut(String realm, String user) throws IOException, InterruptedException {
        String users = administrate("GET", "/" + realm + "/users?exact=true&username=" + user, "", 200);
        administrate(
                "POST",
                "/" + realm + "/users/" + new JsonArray(users).getJsonObject(0).getString("id") + "/logout",
                "",
                204);
    }

    private String administrate(String method, String path, String body, int expected)
            throws IOException, InterruptedException {
        String token = token(
                "master",
                Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "admin-cli",
                        "username",
                        ADMINISTRATOR,
                        "password",
                        ADMINISTRATOR));
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(url + "/admin/realms" + path))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != expected) {
            throw new AssertionError(
                    method + " " + path + ": " + answer.statusCode() + " " + answer.body() + "\n" + said());
        }
        return answer.body();
    }

    /** An access token, as the realm's token endpoint gives it for a form. */
    public String token(String realm, Map<String, String> form) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(issuer(realm) + "/protocol/openid-connect/token"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form.entrySet().stream()
                                .map(field -> field.getKey() + "="
                                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                                .collect(Collectors.joining("&"))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new AssertionError("no token: " + answer.statusCode() + " " + answer.body());
        }
        return new JsonObject(answer.body()).getString("access_token");
    }

    @Override
    public void close() {
        http.close();
        process.destroyForcibly().onExit().join();
    }
}
