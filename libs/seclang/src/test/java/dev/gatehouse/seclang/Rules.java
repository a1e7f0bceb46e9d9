package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Diagnostic;
import dev.gatehouse.seclang.parse.Source;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Compiles rules and runs requests, for tests. */
final class Rules {
    private Rules() {}

    static RuleSet of(String... lines) {
        return switch (RuleSet.compile(List.of(new Source("test", "SecRuleEngine On\n" + String.join("\n", lines))))) {
            case Compilation.Compiled compiled -> compiled.rules();
            case Compilation.Rejected rejected -> throw new AssertionError(rejected.toString());
        };
    }

    static List<String> errors(String text) {
        return switch (RuleSet.compile(List.of(new Source("rules.conf", text)))) {
            case Compilation.Compiled compiled -> List.of();
            case Compilation.Rejected rejected ->
                rejected.errors().stream().map(Diagnostic::toString).toList();
        };
    }

    static Transaction begin(RuleSet rules) {
        return rules.begin("u-1", InstantSource.fixed(Instant.parse("2026-11-23T10:20:30Z")), Map.of("STAGE", "test"));
    }

    /** Phases 1 and 2 of a GET, and logging. */
    static Transaction get(RuleSet rules, String uri, String... headers) {
        Transaction transaction = begin(rules);
        transaction.connection("192.0.2.7", 5555, "198.51.100.1", 80);
        transaction.request(Bytes.latin1("GET"), Bytes.latin1(uri), Bytes.latin1("HTTP/1.1"));
        for (int i = 0; i < headers.length; i += 2) {
            transaction.requestHeader(Bytes.latin1(headers[i]), Bytes.latin1(headers[i + 1]));
        }
        transaction.requestHeaders();
        transaction.requestBody();
        transaction.logging();
        return transaction;
    }

    static Transaction post(RuleSet rules, String uri, String body) {
        Transaction transaction = begin(rules);
        transaction.request(Bytes.latin1("POST"), Bytes.latin1(uri), Bytes.latin1("HTTP/1.1"));
        transaction.requestHeader(
                Bytes.latin1("Content-Type"), Bytes.latin1("application/x-www-form-urlencoded; charset=utf-8"));
        transaction.requestHeaders();
        transaction.requestBody(Bytes.latin1(body));
        transaction.requestBody();
        transaction.logging();
        return transaction;
    }

    static List<Long> ids(Transaction transaction) {
        return transaction.matched().stream().map(MatchedRule::id).toList();
    }
}
