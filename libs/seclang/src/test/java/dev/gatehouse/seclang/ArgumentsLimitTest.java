package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsLimitTest {
    private static final int LIMIT = 10_000;
    private static final String ATTACK = "SecRule ARGS \"@contains evil\" \"id:1,phase:2,deny,status:401\"";

    private static Transaction post(String type, String body, String... lines) {
        RuleSet rules = Rules.of("SecRequestBodyAccess On\n" + String.join("\n", lines));
        Transaction transaction = Rules.begin(rules);
        transaction.request(Bytes.latin1("POST"), Bytes.latin1("/"), Bytes.latin1("HTTP/1.1"));
        transaction.requestHeader(Bytes.latin1("Content-Type"), Bytes.latin1(type));
        transaction.requestHeaders();
        transaction.requestBody(Bytes.utf8(body));
        transaction.requestBody();
        return transaction;
    }

    private static Optional<Integer> status(Transaction transaction) {
        return transaction.interruption().map(Interruption::status);
    }

    private static String body(String kind, int arguments) {
        String part = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n%s\r\n";
        return switch (kind) {
            case "application/x-www-form-urlencoded" -> "a=1&".repeat(arguments - 1) + "a=evil";
            case "multipart/form-data; boundary=b" ->
                part.formatted("1").repeat(arguments - 1) + part.formatted("evil") + "--b--\r\n";
            case "application/json" -> "[" + "1,".repeat(arguments - 1) + "\"evil\"]";
            case "application/x-ndjson" -> "1\n".repeat(arguments - 1) + "\"evil\"";
            case "text/xml" -> "<a>" + "<b>1</b>".repeat(arguments - 1) + "<b>evil</b></a>";
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static final String[] PROCESSORS = {
        "SecRule REQUEST_HEADERS:Content-Type \"@contains /json\" \"id:11,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON\"",
        "SecRule REQUEST_HEADERS:Content-Type \"@contains xml\" \"id:12,phase:1,pass,nolog,ctl:requestBodyProcessor=XML\"",
        "SecParseXmlIntoArgs On",
        ATTACK
    };

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=b",
                "application/json",
                "application/x-ndjson",
                "text/xml"
            })
    void argumentsBeyondTheLimitAreRefusedAndThoseWithinItInspected(String type) {
        assertThat(status(post(type, body(type, LIMIT), PROCESSORS))).contains(401);
        Transaction refused = post(type, body(type, LIMIT + 1), PROCESSORS);
        assertThat(status(refused)).contains(400);
        assertThat(refused.logged(9).rules())
                .extracting(MatchedRule::id, MatchedRule::message)
                .containsExactly(
                        tuple(RuleSet.ARGUMENTS_LIMIT_RULE, "The request has more arguments than SecArgumentsLimit"));
    }

    @Test
    void aQueryBeyondTheLimitIsRefused() {
        RuleSet rules = Rules.of(ATTACK);
        assertThat(status(Rules.get(rules, "/?" + "a=1&".repeat(LIMIT) + "b=evil")))
                .contains(400);
        assertThat(status(Rules.get(rules, "/?" + "a=1&".repeat(LIMIT - 1) + "b=evil")))
                .contains(401);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "another limit| SecArgumentsLimit 20000",
                "removed| SecRuleRemoveById 20189999",
                "another action| SecRuleUpdateActionById 20189999 pass",
                "another action for some| SecAction \"id:2,phase:1,pass,nolog,ctl:ruleRemoveById=20189999\"",
                "a rule of one's own| SecRule ARGUMENTS_LIMIT_REACHED \"@eq 1\" \"id:2,phase:2,pass\"",
                "allowed| SecAction \"id:2,phase:1,allow,nolog\"",
                "detected| SecAction \"id:2,phase:1,pass,nolog,ctl:ruleEngine=DetectionOnly\""
            })
    void rulesMayDecideOtherwise(String how, String line) {
        RuleSet rules = Rules.of(line, ATTACK);
        assertThat(status(Rules.get(rules, "/?" + "a=1&".repeat(LIMIT) + "b=1")))
                .as(how)
                .isEmpty();
    }

    @Test
    void rulesThatReadNoArgumentsMissNone() {
        RuleSet rules = Rules.of("SecRule REQUEST_HEADERS:A \"@streq b\" \"id:1,phase:1,deny\"");
        assertThat(rules.size()).isEqualTo(1);
        assertThat(status(Rules.get(rules, "/?" + "a=1&".repeat(2 * LIMIT)))).isEmpty();
    }

    @Test
    void argumentsOfAResponseBeyondTheLimitAreAnErrorOfIt() {
        RuleSet rules = Rules.of(
                "SecResponseBodyAccess On",
                "SecAction \"id:1,phase:3,pass,nolog,ctl:responseBodyProcessor=JSON\"",
                "SecRule RES_BODY_ERROR \"@eq 1\" \"id:2,phase:4,deny,status:502\"");
        for (int arguments : List.of(LIMIT, LIMIT + 1)) {
            Transaction transaction = Rules.begin(rules);
            transaction.requestHeaders();
            transaction.responseHeader(Bytes.latin1("content-type"), Bytes.latin1("text/html"));
            transaction.responseHeaders(200, "HTTP/1.1");
            transaction.responseBody(Bytes.latin1(body("application/json", arguments)));
            assertThat(transaction.responseBody().isPresent()).isEqualTo(arguments > LIMIT);
        }
    }
}
