package dev.gatehouse.seclangtools.ftw;

import dev.gatehouse.seclang.Interruption;
import dev.gatehouse.seclang.MatchedRule;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclang.Transaction;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Runs tests, each with a backend of its own, or at a proxy with one for all. For any thread in process; for one at a proxy. */
public final class FtwRunner {
    private static final int CLIENT_PORT = 54321;

    private final Supplier<Site> sites;

    /** In this process. */
    public FtwRunner(RuleSet rules) {
        this.sites = () -> {
            Backend backend = new Backend();
            Surroundings surroundings = new Surroundings(InstantSource.system(), Map.of());
            return (test, input) -> exchange(rules, test, input, backend, surroundings);
        };
    }

    /** At a proxy. */
    public FtwRunner(ProxySite proxy) {
        this.sites = () -> (test, input) -> proxy.exchange(WireRequest.of(input));
    }

    /** Where requests go. */
    private interface Site {
        Exchange exchange(FtwTest test, FtwTest.Input input);
    }

    /**
     * The outcome of a test.
     *
     * @param failures what was not as expected, a line each; none: it passed
     * @param log the lines that rules wrote
     */
    public record Result(FtwTest test, List<String> failures, List<String> log) {
        public Result {
            failures = List.copyOf(failures);
            log = List.copyOf(log);
        }

        public boolean passed() {
            return failures.isEmpty();
        }
    }

    /**
     * What came of a request.
     *
     * @param ids of the rules that wrote to the log
     */
    record Exchange(Optional<Backend.Answer> answer, List<Long> ids, List<String> lines) {}

    /** Runs a test's stages, up to the first that fails. */
    public Result run(FtwTest test) {
        Site site = sites.get();
        Optional<FtwTest.Input> before = Optional.empty();
        Optional<Backend.Answer> answered = Optional.empty();
        List<String> log = new ArrayList<>();
        for (FtwTest.Stage stage : test.stages()) {
            FtwTest.Input input = stage.input();
            if (input.followRedirect()) {
                Optional<FtwTest.Input> redirected = redirect(input, before, answered);
                if (redirected.isEmpty()) {
                    return new Result(test, List.of("follow_redirect without a redirect before it"), log);
                }
                input = redirected.get();
            }
            input = withCookies(input, before, answered);
            Exchange exchange = site.exchange(test, input);
            List<String> failures = check(stage.output(), exchange);
            if (!failures.isEmpty() && stage.output().retryOnce()) {
                exchange = site.exchange(test, input);
                failures = check(stage.output(), exchange);
            }
            log.addAll(exchange.lines());
            if (!failures.isEmpty()) {
                return new Result(test, failures, log);
            }
            before = Optional.of(input);
            answered = exchange.answer();
        }
        return new Result(test, List.of(), log);
    }

    private static Optional<FtwTest.Input> redirect(
            FtwTest.Input input, Optional<FtwTest.Input> before, Optional<Backend.Answer> answered) {
        Optional<String> location = answered.filter(
                        answer -> List.of(300, 301, 302, 303, 307, 308).contains(answer.status()))
                .flatMap(answer -> answer.header("Location"));
        if (location.isEmpty() || before.isEmpty()) {
            return Optional.empty();
        }
        FtwTest.Input base = before.get();
        URI target = URI.create(base.scheme() + "://" + base.destination() + ":" + base.port() + base.uri())
                .resolve(location.get());
        boolean secure = "https".equals(target.getScheme());
        int port = target.getPort() >= 0 ? target.getPort() : secure ? 443 : 80;
        boolean usual = port == (secure ? 443 : 80);
        List<FtwTest.Header> headers = new ArrayList<>(input.headers());
        headers.removeIf(header -> header.name().equalsIgnoreCase("Host"));
        headers.add(new FtwTest.Header("Host", target.getHost() + (usual ? "" : ":" + port)));
        String path = target.getRawPath().isEmpty() ? "/" : target.getRawPath();
        return Optional.of(new FtwTest.Input(
                target.getHost(),
                port,
                target.getScheme(),
                input.method(),
                target.getRawQuery() == null ? path : path + "?" + target.getRawQuery(),
                input.version(),
                headers,
                input.data(),
                input.encodedData(),
                input.encodedRequest(),
                input.autocomplete(),
                input.followRedirect(),
                input.saveCookie(),
                input.reply()));
    }

    private static FtwTest.Input withCookies(
            FtwTest.Input input, Optional<FtwTest.Input> before, Optional<Backend.Answer> answered) {
        List<String> cookies = before.filter(FtwTest.Input::saveCookie)
                .flatMap(saved -> answered)
                .map(answer -> answer.headers().stream()
                        .filter(header -> header.name().equalsIgnoreCase("Set-Cookie"))
                        .map(header -> header.value().split(";", 2)[0])
                        .toList())
                .orElse(List.of());
        if (cookies.isEmpty()) {
            return input;
        }
        List<FtwTest.Header> headers = new ArrayList<>(input.headers());
        headers.add(new FtwTest.Header("Cookie", String.join("; ", cookies)));
        return new FtwTest.Input(
                input.destination(),
                input.port(),
                input.scheme(),
                input.method(),
                input.uri(),
                input.version(),
                headers,
                input.data(),
                input.encodedData(),
                input.encodedRequest(),
                input.autocomplete(),
                input.followRedirect(),
                input.saveCookie(),
                input.reply());
    }

    private static Exchange exchange(
            RuleSet rules, FtwTest test, FtwTest.Input input, Backend backend, Surroundings surroundings) {
        WireMessage request = WireMessage.read(WireRequest.of(input));
        if (request.isUnreadable()) {
            return new Exchange(Optional.of(backend.answer(request)), List.of(), List.of());
        }
        Transaction transaction = rules.begin(test.id(), surroundings);
        transaction.connection("127.0.0.1", CLIENT_PORT, "127.0.0.1", input.port());
        transaction.request(request.method(), request.target(), request.version());
        request.headers().forEach(header -> transaction.requestHeader(header.name(), header.value()));
        Optional<Interruption> interruption = transaction.requestHeaders();
        if (interruption.isEmpty()) {
            interruption = transaction.requestBody(request.body());
        }
        if (interruption.isEmpty()) {
            interruption = transaction.requestBody();
        }
        Backend.Answer answer = new Backend.Answer(403, List.of(), Bytes.EMPTY);
        if (interruption.isEmpty()) {
            answer = input.reply().map(Backend::reply).orElseGet(() -> backend.answer(request));
            interruption = response(transaction, answer);
        }
        transaction.logging();
        if (interruption.isPresent()) {
            List<FtwTest.Header> headers = interruption
                    .get()
                    .location()
                    .map(location -> List.of(new FtwTest.Header("Location", location)))
                    .orElse(List.of());
            answer = new Backend.Answer(interruption.get().status(), headers, Bytes.EMPTY);
        }
        List<MatchedRule> logged =
                transaction.matched().stream().filter(MatchedRule::logged).toList();
        // A request line without a version gets HTTP/0.9's answer: a body without a status, which go-ftw cannot read.
        boolean readable = request.version().length() > 0;
        return new Exchange(
                readable ? Optional.of(answer) : Optional.empty(),
                logged.stream().map(MatchedRule::id).distinct().toList(),
                logged.stream().map(transaction::errorLine).toList());
    }

    private static Optional<Interruption> response(Transaction transaction, Backend.Answer answer) {
        answer.headers()
                .forEach(header -> transaction.responseHeader(Bytes.utf8(header.name()), Bytes.utf8(header.value())));
        Optional<Interruption> interruption = transaction.responseHeaders(answer.status(), "HTTP/1.1");
        if (interruption.isEmpty()) {
            interruption = transaction.responseBody(answer.body());
        }
        return interruption.isPresent() ? interruption : transaction.responseBody();
    }

    private static List<String> check(FtwTest.Output expected, Exchange exchange) {
        List<String> failures = new ArrayList<>();
        if (expected.expectError().orElse(false)) {
            if (exchange.answer().isPresent()) {
                failures.add("an answer (expected: an error)");
            }
            return failures;
        }
        if (exchange.answer().isEmpty()) {
            return List.of("no answer that HTTP/1.1 knows (expected: one)");
        }
        Backend.Answer answer = exchange.answer().get();
        expected.status().ifPresent(status -> {
            if (status != answer.status()) {
                failures.add("status " + answer.status() + " (expected: " + status + ")");
            }
        });
        expected.responseContains().ifPresent(pattern -> {
            if (!found(pattern, full(answer), failures)) {
                failures.add("the response does not contain " + pattern);
            }
        });
        List<Long> ids = exchange.ids();
        expected.expectIds().stream()
                .filter(id -> !ids.contains(id))
                .forEach(id -> failures.add("rule " + id + " did not match (matched: " + ids + ")"));
        expected.noExpectIds().stream()
                .filter(ids::contains)
                .forEach(id -> failures.add("rule " + id + " matched (expected: not)"));
        expected.matchRegex().stream()
                .filter(pattern -> exchange.lines().stream().noneMatch(line -> found(pattern, line, failures)))
                .forEach(pattern -> failures.add("no line of the log matches " + pattern));
        expected.noMatchRegex().stream()
                .filter(pattern -> exchange.lines().stream().anyMatch(line -> found(pattern, line, failures)))
                .forEach(pattern -> failures.add("a line of the log matches " + pattern + " (expected: none)"));
        if (expected.isolated() && ids.size() != 1) {
            failures.add("matched: " + ids + " (expected: one rule alone)");
        }
        return failures;
    }

    private static boolean found(String pattern, String text, List<String> failures) {
        try {
            return Pattern.compile(pattern).matcher(text).find();
        } catch (PatternSyntaxException e) {
            failures.add("the test's pattern " + pattern + " is none: " + e.getDescription());
            return false;
        }
    }

    private static String full(Backend.Answer answer) {
        BytesBuilder text = new BytesBuilder(256).append("HTTP/1.1 " + answer.status() + "\r\n");
        answer.headers().forEach(header -> text.append(Bytes.utf8(header.name() + ": " + header.value() + "\r\n")));
        return text.append("\r\n").append(answer.body()).build().toString();
    }
}
