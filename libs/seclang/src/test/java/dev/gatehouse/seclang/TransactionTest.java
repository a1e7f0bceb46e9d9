package dev.gatehouse.seclang;

import static dev.gatehouse.seclang.Rules.get;
import static dev.gatehouse.seclang.Rules.ids;
import static dev.gatehouse.seclang.Rules.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.audit.LogLimits;
import dev.gatehouse.seclang.bytes.Bytes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransactionTest {
    @Test
    void aDenyingRuleInterruptsWithItsStatusAndLaterRulesDoNotRun() {
        RuleSet rules = Rules.of(
                "SecRule ARGS \"@contains attack\" \"id:1,phase:1,deny,status:406\"",
                "SecAction \"id:2,phase:1,pass\"");
        Transaction transaction = get(rules, "/?q=an+attack");
        assertThat(transaction.interruption())
                .contains(new Interruption(Interruption.Kind.DENY, 406, 1, Phase.REQUEST_HEADERS, Optional.empty()));
        assertThat(ids(transaction)).containsExactly(1L);
        assertThat(get(rules, "/?q=peace").interruption()).isEmpty();
    }

    @Test
    void loggedAreTheMatchedRulesThatAskForALine() {
        RuleSet rules = Rules.of(
                "SecAction \"id:1,phase:1,nolog,pass,setvar:tx.a=1\"",
                "SecRule ARGS|!ARGS:none \"@rx ^v\" \"id:2,phase:1,log,pass,msg:'%{MATCHED_VAR_NAME}'\"");
        Transaction transaction = get(rules, "/?p=v&q=v2");
        assertThat(ids(transaction)).containsExactly(1L, 2L);
        assertThat(transaction.logged(100).rules()).hasSize(1);
        MatchedRule logged = transaction.logged(100).rules().getFirst();
        assertThat(logged.message()).isEqualTo("ARGS:q");
        assertThat(logged.values())
                .extracting(MatchedValue::name)
                .containsExactly(Bytes.latin1("ARGS:p"), Bytes.latin1("ARGS:q"));
    }

    @Test
    void blockIsThePhasesDefaultAction() {
        RuleSet rules = Rules.of(
                "SecDefaultAction \"phase:1,log,deny,status:429\"",
                "SecRule REQUEST_METHOD \"@streq GET\" \"id:1,phase:1,block\"");
        assertThat(get(rules, "/").interruption().orElseThrow().status()).isEqualTo(429);
        RuleSet without = Rules.of("SecRule REQUEST_METHOD \"@streq GET\" \"id:1,phase:1,block\"");
        assertThat(get(without, "/").interruption()).isEmpty();
    }

    @Test
    void detectionOnlyMatchesAndInterruptsNothing() {
        RuleSet rules = Rules.of("SecAction \"id:1,phase:1,deny\"", "SecAction \"id:2,phase:2,drop\"")
                .inMode(EngineMode.DETECTION_ONLY);
        Transaction transaction = get(rules, "/");
        assertThat(transaction.interruption()).isEmpty();
        assertThat(ids(transaction)).containsExactly(1L, 2L);
    }

    @Test
    void scoresAddUpOverPhasesAndAThresholdRuleDecides() {
        RuleSet rules = Rules.of(
                "SecAction \"id:1,phase:1,nolog,pass,setvar:tx.limit=5,setvar:tx.critical=4\"",
                "SecRule REQUEST_HEADERS:User-Agent \"@pm sqlmap nikto\" \"id:2,phase:1,pass,setvar:'tx.score=+%{tx.critical}'\"",
                "SecRule ARGS \"@rx (?i)union\\s+select\" \"id:3,phase:2,pass,setvar:tx.score=+1\"",
                "SecRule TX:score \"@ge %{tx.limit}\" \"id:4,phase:2,deny,msg:'Score %{tx.score}',severity:CRITICAL\"");
        Transaction bad = get(rules, "/?id=1+UNION+SELECT+2", "user-agent", "SQLMap/1.0");
        assertThat(bad.tx("score")).isEqualTo(Bytes.latin1("5"));
        assertThat(bad.interruption().orElseThrow().ruleId()).isEqualTo(4);
        assertThat(bad.matched().getLast().message()).isEqualTo("Score 5");
        assertThat(get(rules, "/?id=1", "user-agent", "SQLMap/1.0").interruption())
                .isEmpty();
    }

    @Test
    void aChainActsOnlyIfAllOfItMatches() {
        RuleSet rules = Rules.of(
                "SecRequestBodyAccess On",
                "SecRule REQUEST_METHOD \"@streq POST\" \"id:1,phase:2,deny,chain\"",
                "  SecRule ARGS_POST:role \"@streq admin\" \"chain,setvar:tx.seen=1\"",
                "  SecRule &REQUEST_HEADERS:X-Token \"@eq 0\"");
        assertThat(post(rules, "/", "role=admin").interruption()).isPresent();
        assertThat(post(rules, "/", "role=user").interruption()).isEmpty();
        assertThat(get(rules, "/?role=admin").interruption()).isEmpty();
    }

    @Test
    void caretAndDollarAreTheEndsOfALineAsInModSecurity3AndCoraza() {
        RuleSet rules = Rules.of(
                "SecRule ARGS \"@rx ^whoami$\" \"id:1,phase:1,pass\"",
                "SecRule ARGS \"@rx \\Awhoami\\z\" \"id:2,phase:1,pass\"");
        assertThat(ids(get(rules, "/?a=whoami"))).containsExactly(1L, 2L);
        assertThat(ids(get(rules, "/?a=id%0awhoami%0a"))).containsExactly(1L);
        assertThat(ids(get(rules, "/?a=whoami+now"))).isEmpty();
    }

    @Test
    void capturedGroupsReachTheRestOfTheChainMacrosAndLaterRules() {
        RuleSet rules = Rules.of(
                "SecRule REQUEST_URI \"@rx ^/v(\\d+)/(\\w+)\" \"id:1,phase:1,deny,capture,msg:'version %{TX.1} of %{tx.2}',chain\"",
                "SecRule TX:1 \"@lt 3\" \"\"", "SecAction \"id:2,phase:1,pass,setvar:tx.copy=%{tx.1}\"");
        Transaction old = get(rules, "/v2/users");
        assertThat(old.matched().getFirst().message()).isEqualTo("version 2 of users");
        Transaction current = get(rules, "/v3/users");
        assertThat(current.interruption()).isEmpty();
        assertThat(current.tx("copy")).isEqualTo(Bytes.latin1("3"));
    }

    @Test
    void transformationsRunInOrderAndNoneForgetsTheInherited() {
        RuleSet rules = Rules.of(
                "SecDefaultAction \"phase:1,pass,t:lowercase\"",
                "SecRule ARGS \"@streq abc\" \"id:1,phase:1,t:removeWhitespace\"",
                "SecRule ARGS \"@streq abc\" \"id:2,phase:1,t:none,t:removeWhitespace\"");
        assertThat(ids(get(rules, "/?x=A%20B+c"))).containsExactly(1L);
    }

    @Test
    void multiMatchSeesTheValueBetweenTransformations() {
        String rule = "SecRule ARGS \"@streq a b\" \"id:1,phase:1,t:urlDecode,t:removeWhitespace%s\"";
        assertThat(ids(get(Rules.of(rule.formatted("")), "/?x=a%252520b"))).isEmpty();
        assertThat(ids(get(Rules.of(rule.formatted(",multiMatch")), "/?x=a%2520b")))
                .containsExactly(1L);
    }

    @Test
    void selectorsAreKeysWithoutCaseOrPatternsAndExclusionsTakeAway() {
        RuleSet rules = Rules.of(
                "SecRule ARGS:ID \"@streq 1\" \"id:1,phase:1\"",
                "SecRule ARGS:/^user|name$/ \"@streq x\" \"id:2,phase:1\"",
                "SecRule ARGS|!ARGS:/^pass/ \"@streq secret\" \"id:3,phase:1\"",
                "SecRule &ARGS \"@eq 2\" \"id:4,phase:1\"");
        assertThat(ids(get(rules, "/?id=1"))).containsExactly(1L);
        assertThat(ids(get(rules, "/?nickname=x&password=secret"))).containsExactly(2L, 4L);
        assertThat(ids(get(rules, "/?a=secret"))).containsExactly(3L);
    }

    @Test
    void skipAndSkipAfterLeaveRulesOut() {
        RuleSet rules = Rules.of(
                "SecAction \"id:1,phase:1,pass,skip:1\"",
                "SecAction \"id:2,phase:1,pass\"",
                "SecAction \"id:3,phase:1,pass,skipAfter:END\"",
                "SecAction \"id:4,phase:1,pass\"",
                "SecAction \"id:5,phase:2,pass\"",
                "SecMarker END",
                "SecAction \"id:6,phase:1,pass\"");
        assertThat(ids(get(rules, "/"))).containsExactly(1L, 3L, 6L, 5L);
    }

    @Test
    void ctlRemovesRulesAndTargetsForThisTransactionOnly() {
        RuleSet rules = Rules.of(
                "SecRule REQUEST_FILENAME \"@beginsWith /free\" \"id:1,phase:1,pass,nolog,ctl:ruleRemoveById=10-19\"",
                "SecRule REQUEST_FILENAME \"@beginsWith /part\" \"id:2,phase:1,pass,nolog,ctl:ruleRemoveTargetByTag=sql;ARGS:text\"",
                "SecRule ARGS \"@contains select\" \"id:10,phase:2,deny,tag:sql\"");
        assertThat(get(rules, "/free?text=select").interruption()).isEmpty();
        assertThat(get(rules, "/part?text=select").interruption()).isEmpty();
        assertThat(get(rules, "/part?other=select").interruption()).isPresent();
        assertThat(get(rules, "/?text=select").interruption()).isPresent();
    }

    @Test
    void ctlSwitchesTheEngine() {
        RuleSet off = Rules.of(
                "SecRule REMOTE_ADDR \"@ipMatch 192.0.2.0/24\" \"id:1,phase:1,pass,nolog,ctl:ruleEngine=Off\"",
                "SecAction \"id:2,phase:1,deny\"");
        assertThat(ids(get(off, "/"))).containsExactly(1L);
        RuleSet detect = Rules.of(
                "SecAction \"id:1,phase:1,pass,nolog,ctl:ruleEngine=DetectionOnly\"",
                "SecAction \"id:2,phase:1,deny\"");
        Transaction transaction = get(detect, "/");
        assertThat(ids(transaction)).containsExactly(1L, 2L);
        assertThat(transaction.interruption()).isEmpty();
    }

    @Test
    void allowEndsThePhaseTheRequestOrAll() {
        String later = "SecAction \"id:2,phase:2,deny\"";
        assertThat(get(Rules.of("SecAction \"id:1,phase:1,allow\"", later), "/").interruption())
                .isEmpty();
        assertThat(get(Rules.of("SecAction \"id:1,phase:1,allow:request\"", later), "/")
                        .interruption())
                .isEmpty();
        assertThat(get(Rules.of("SecAction \"id:1,phase:1,allow:phase\"", later), "/")
                        .interruption())
                .isPresent();
    }

    @Test
    void redirectSaysWhere() {
        RuleSet rules = Rules.of("SecAction \"id:1,phase:1,redirect:'https://example.com/?from=%{REQUEST_URI}'\"");
        Interruption interruption = get(rules, "/old").interruption().orElseThrow();
        assertThat(interruption.kind()).isEqualTo(Interruption.Kind.REDIRECT);
        assertThat(interruption.status()).isEqualTo(302);
        assertThat(interruption.location()).contains("https://example.com/?from=/old");
    }

    @Test
    void aFormsFieldsAreArguments() {
        RuleSet rules = Rules.of(
                "SecRequestBodyAccess On", "SecRule ARGS_POST:comment \"@contains <script\" \"id:1,phase:2,deny\"");
        assertThat(post(rules, "/", "a=1&comment=%3Cscript%3E").interruption()).isPresent();
        RuleSet without = Rules.of("SecRule ARGS_POST:comment \"@contains <script\" \"id:1,phase:2,deny\"");
        assertThat(post(without, "/", "a=1&comment=%3Cscript%3E").interruption())
                .isEmpty();
    }

    @Test
    void aBodyOverTheLimitIsRejectedOrInspectedInPart() {
        String[] partial = {
            "SecRequestBodyAccess On",
            "SecRequestBodyLimit 10",
            "SecRequestBodyLimitAction ProcessPartial",
            "SecRule REQUEST_BODY_LENGTH \"@eq 10\" \"id:1,phase:2,pass\""
        };
        assertThat(ids(post(Rules.of(partial), "/", "a=3456789012"))).containsExactly(1L);
        RuleSet reject = Rules.of("SecRequestBodyAccess On", "SecRequestBodyLimit 10");
        assertThat(post(reject, "/", "a=3456789012")
                        .interruption()
                        .orElseThrow()
                        .status())
                .isEqualTo(413);
    }

    @Test
    void aBodyIsAskedForOnlyIfARuleReadsIt() {
        Transaction headersOnly = Rules.begin(
                Rules.of("SecRequestBodyAccess On", "SecRule REQUEST_URI \"@contains x\" \"id:1,phase:2,deny\""));
        headersOnly.requestHeaders();
        assertThat(headersOnly.inspectsRequestBody()).isFalse();
        Transaction reads =
                Rules.begin(Rules.of("SecRequestBodyAccess On", "SecRule ARGS \"@contains x\" \"id:1,phase:2,deny\""));
        reads.requestHeaders();
        assertThat(reads.inspectsRequestBody()).isTrue();
    }

    @Test
    void responsesAreSeenInPhasesThreeAndFour() {
        RuleSet rules = Rules.of(
                "SecResponseBodyAccess On",
                "SecRule RESPONSE_STATUS \"@rx ^5\" \"id:1,phase:3,pass\"",
                "SecRule RESPONSE_BODY \"@contains ORA-\" \"id:2,phase:4,deny,status:502\"");
        Transaction transaction = Rules.begin(rules);
        transaction.requestHeaders();
        assertThat(transaction.inspectsResponse()).isTrue();
        transaction.responseHeaders(500, "HTTP/1.1");
        assertThat(transaction.inspectsResponseBody()).isTrue();
        transaction.responseBody(Bytes.latin1("error ORA"));
        transaction.responseBody(Bytes.latin1("-0042"));
        assertThat(transaction.responseBody().orElseThrow().status()).isEqualTo(502);
        assertThat(ids(transaction)).containsExactly(1L, 2L);
    }

    @Test
    void aResponseIsAskedForWhereOnlyTheLoggingPhaseReadsItAlsoOfAnAllowedRequest() {
        RuleSet rules = Rules.of(
                "SecRule ARGS:ok \"@streq 1\" \"id:1,phase:1,allow,nolog\"",
                "SecRule RESPONSE_STATUS \"@streq 401\" \"id:2,phase:5,pass,nolog\"");
        for (String uri : List.of("/", "/?ok=1")) {
            Transaction transaction = requested(rules, uri);
            assertThat(transaction.inspectsResponse()).as(uri).isTrue();
            transaction.responseHeaders(401, "HTTP/1.1");
            transaction.logging();
            assertThat(ids(transaction)).as(uri).endsWith(2L);
        }
        assertThat(requested(Rules.of("SecRule ARGS \"@streq 1\" \"id:1,phase:5,pass\""), "/")
                        .inspectsResponse())
                .isFalse();
    }

    @Test
    void theAuditLogAsksForWhatItsPartsAreMadeOf() {
        String relevant = "SecAuditEngine RelevantOnly\nSecAuditLogRelevantStatus ^5";
        String access = "SecRequestBodyAccess On\nSecResponseBodyAccess On";
        Transaction heads = requested(Rules.of(relevant, access, "SecAuditLogParts ABHZ"), "/");
        assertThat(heads.inspectsRequestBody()).isFalse();
        assertThat(heads.inspectsResponse()).isTrue();
        heads.responseHeaders(503, "HTTP/1.1");
        assertThat(heads.inspectsResponseBody()).isFalse();
        heads.logging();
        assertThat(heads.auditRecord(LogLimits.USUAL)).isPresent();

        Transaction bodies = requested(Rules.of(relevant, access, "SecAuditLogParts ABCEHZ"), "/");
        assertThat(bodies.inspectsRequestBody()).isTrue();
        bodies.responseHeaders(503, "HTTP/1.1");
        assertThat(bodies.inspectsResponseBody()).isTrue();
    }

    /** Before its response. */
    private static Transaction requested(RuleSet rules, String uri) {
        Transaction transaction = Rules.begin(rules);
        transaction.request(Bytes.latin1("GET"), Bytes.latin1(uri), Bytes.latin1("HTTP/1.1"));
        transaction.requestHeaders();
        transaction.requestBody();
        return transaction;
    }

    @Test
    void theErrorLineHasModSecuritysShapeAndEscapesWhatClientsSend() {
        RuleSet rules = Rules.of(
                "SecRule ARGS \"@contains x\" \"id:7,phase:1,deny,msg:'Found',logdata:'%{MATCHED_VAR}',severity:2,tag:a,ver:v1\"");
        Transaction transaction = get(rules, "/p?q=x%0A%22%5D", "host", "shop.example:8080");
        assertThat(transaction.errorLine(transaction.matched().getFirst()))
                .isEqualTo("[client \"192.0.2.7\"] ModSecurity: Access denied with code 403 (phase 1)."
                        + " Matched \"x\\x0a\\\"]\" at ARGS:q. [file \"test\"] [line \"2\"] [id \"7\"] [msg \"Found\"]"
                        + " [data \"x\\x0a\\\"]\"] [severity \"CRITICAL\"] [ver \"v1\"] [tag \"a\"]"
                        + " [hostname \"shop.example\"] [uri \"/p\"] [unique_id \"u-1\"]");
    }

    @Test
    void variablesOfTheRequestAreWhatTheClientSent() {
        RuleSet rules = Rules.of(
                "SecRule REQUEST_LINE \"@streq GET http://h/a%20b/c.php?x=1&y HTTP/1.1\" \"id:1,phase:1\"",
                "SecRule REQUEST_URI \"@streq /a%20b/c.php?x=1&y\" \"id:2,phase:1\"",
                "SecRule REQUEST_FILENAME \"@streq /a b/c.php\" \"id:3,phase:1\"",
                "SecRule REQUEST_BASENAME \"@streq c.php\" \"id:4,phase:1\"",
                "SecRule QUERY_STRING \"@streq x=1&y\" \"id:5,phase:1\"",
                "SecRule ARGS_COMBINED_SIZE \"@eq 3\" \"id:6,phase:1\"",
                "SecRule REQUEST_COOKIES:sid \"@streq abc=\" \"id:7,phase:1\"",
                "SecRule TIME \"@streq 10:20:30\" \"id:8,phase:1\"",
                "SecRule ENV:STAGE \"@streq test\" \"id:9,phase:1\"",
                "SecRule MATCHED_VARS_NAMES \"@streq ENV:STAGE\" \"id:10,phase:1\"");
        assertThat(ids(get(rules, "http://h/a%20b/c.php?x=1&y", "Cookie", "theme=dark; sid=abc=")))
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "http://h?x=/evil | /?x=/evil | / | x=/evil",
                "http://h#f | /#f | / | ''",
                "http://h | / | / | ''",
                "http://h/?x=http://evil/ | /?x=http://evil/ | / | x=http://evil/",
                "a?x=http://h/evil | a?x=http://h/evil | a | x=http://h/evil",
                "//h/a?x | //h/a?x | //h/a | x"
            },
            delimiter = '|')
    void aHostInTheRequestLineEndsWhereThePathOrTheQueryBegins(String target, String uri, String path, String query) {
        RuleSet rules = Rules.of(
                "SecRule REQUEST_URI|REQUEST_FILENAME|QUERY_STRING \"@unconditionalMatch\" \"id:1,phase:1,pass\"");
        assertThat(get(rules, target).matched().getFirst().values())
                .extracting(value -> value.value().toString())
                .containsExactly(uri, path, query);
    }
}
