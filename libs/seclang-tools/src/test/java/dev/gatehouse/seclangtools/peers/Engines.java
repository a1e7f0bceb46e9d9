package dev.gatehouse.seclangtools.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.Interruption;
import dev.gatehouse.seclang.MatchedRule;
import dev.gatehouse.seclang.RuleFiles;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclang.Transaction;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.seclangtools.eval.Case;
import dev.gatehouse.seclangtools.eval.CaseRunner;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Runs the same requests by this engine and by its two peers, which {@code bench/waf --peer} fetches and builds. */
final class Engines {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final CaseRunner.Peer SOMEBODY = new CaseRunner.Peer("127.0.0.1", 54321);

    /** A peer by the name that {@code bench/waf} has for it. */
    enum Peer {
        MODSECURITY,
        CORAZA;

        String option() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A request of POST. Each character of a text is one byte. */
    record Post(String name, String uri, Optional<String> contentType, String body) {
        JsonNode json() {
            ObjectNode request = JSON.createObjectNode();
            request.put("method", "POST")
                    .put("uri", uri)
                    .put("protocol", "HTTP/1.1")
                    .put("body", body);
            ArrayNode headers = request.putArray("headers");
            headers.addArray().add("Host").add("shop.example");
            headers.addArray().add("User-Agent").add("Mozilla/5.0");
            headers.addArray().add("Accept").add("*/*");
            contentType.ifPresent(type -> headers.addArray().add("Content-Type").add(type));
            headers.addArray().add("Content-Length").add(Integer.toString(body.length()));
            return JSON.createObjectNode().put("name", name).set("request", request);
        }
    }

    /**
     * What an engine says of a request.
     *
     * @param data the {@code logdata} of each rule that matched and has a message
     */
    record Verdict(int status, Map<Long, String> data) {}

    private Engines() {}

    /** Of this engine, in the order of the requests. */
    static List<Verdict> ours(RuleSet rules, List<Post> requests) throws IOException {
        CaseRunner runner =
                new CaseRunner(rules, new Surroundings(InstantSource.system(), Map.of()), SOMEBODY, SOMEBODY);
        List<Verdict> verdicts = new ArrayList<>();
        for (Case each : Case.read(new ByteArrayInputStream(JSON.writeValueAsBytes(json(requests))))) {
            Transaction transaction = runner.run(each);
            Map<Long, String> data = new LinkedHashMap<>();
            for (MatchedRule rule : transaction.matched()) {
                if (rule.logged()) {
                    data.put(rule.id(), rule.data());
                }
            }
            verdicts.add(new Verdict(
                    transaction.interruption().map(Interruption::status).orElse(200), data));
        }
        return verdicts;
    }

    /** Rules that must compile. */
    static RuleSet compile(String directives, RuleFiles files) {
        return switch (RuleSet.compile(List.of(new Source("peers", directives)), files)) {
            case Compilation.Rejected rejected -> throw new AssertionError(rejected.errors());
            case Compilation.Compiled compiled -> compiled.rules();
        };
    }

    /** Of a peer. Without directives its Core Rule Set runs, as the benchmark has it. */
    static List<Verdict> of(Peer peer, Optional<String> directives, List<Post> requests, Path folder)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of("../../bench/waf").toAbsolutePath().normalize().toString(), "--peer", peer.option()));
        if (directives.isPresent()) {
            Path file = Files.writeString(folder.resolve(peer.option() + ".conf"), directives.get());
            command.addAll(List.of("--directives", file.toString()));
        }
        Path errors = folder.resolve(peer.option() + ".errors");
        Process process;
        try {
            process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        } catch (IOException e) {
            return unavailable(peer, e.getMessage());
        }
        Thread.ofVirtual().start(() -> {
            try (OutputStream in = process.getOutputStream()) {
                JSON.writeValue(in, json(requests));
            } catch (IOException e) {
                process.destroy();
            }
        });
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode said = JSON.readTree(line);
                Map<Long, String> data = new LinkedHashMap<>();
                for (int i = 0; i < said.path("rules").size(); i++) {
                    data.put(
                            said.path("rules").path(i).asLong(),
                            said.path("data").path(i).asText());
                }
                verdicts.put(
                        said.path("case").asText(),
                        new Verdict(said.path("status").asInt(), data));
            }
        }
        if (process.waitFor() != 0 || verdicts.size() != requests.size()) {
            return unavailable(peer, Files.readString(errors, StandardCharsets.ISO_8859_1));
        }
        return requests.stream().map(request -> verdicts.get(request.name())).toList();
    }

    /** Somebody who works without a network goes on without the peers; CI has one. */
    private static List<Verdict> unavailable(Peer peer, String why) {
        String message = peer.option() + " cannot be had: " + why.substring(Math.max(0, why.length() - 600));
        if (System.getenv("CI") != null) {
            throw new AssertionError(message);
        }
        return Assumptions.abort(message);
    }

    private static JsonNode json(List<Post> requests) {
        ArrayNode all = JSON.createArrayNode();
        requests.forEach(request -> all.add(request.json()));
        return all;
    }
}
