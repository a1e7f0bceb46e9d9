package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.Bytes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Rules that are asked together find what each finds by itself: who observes rules has them asked one by one. */
class ScreenTest {
    private static final Surroundings TOGETHER =
            new Surroundings(InstantSource.fixed(Instant.parse("2026-11-23T10:20:30Z")), Map.of());
    private static final Surroundings ONE_BY_ONE = TOGETHER.observedBy((id, phase, nanos, matched) -> {});

    private static final List<String> CHAINS = List.of(
            "t:none",
            "t:lowercase",
            "t:urlDecodeUni",
            "t:urlDecodeUni,t:lowercase",
            "t:urlDecodeUni,t:removeWhitespace",
            "t:urlDecodeUni,t:removeWhitespace,t:replaceComments",
            "t:cmdLine",
            "t:cmdLine,t:normalizePath",
            "t:base64Decode",
            "t:urlDecodeUni,t:htmlEntityDecode,t:jsDecode,t:lowercase",
            "t:length",
            "t:hexEncode,t:urlDecodeUni",
            "t:removeNulls,t:removeCommentsChar");

    private static final List<String> OPERATORS = List.of(
            "@rx ab",
            "@rx (?i)<a",
            "@rx ^a.*b$",
            "@rx [^a-z0-9]{2}",
            "@rx (?:a|b)/\\*",
            "@pm ab <a ../",
            "@pm b; union",
            "@detectXSS",
            "@detectSQLi",
            "@validateByteRange 32-126",
            "@validateByteRange 48-57,97-122",
            "@rx ^\\d+$",
            "@rx (?=a)b?a");

    private static final List<String> TARGETS = List.of(
            "ARGS",
            "ARGS|ARGS_NAMES",
            "ARGS:a",
            "!ARGS:b|ARGS",
            "ARGS_NAMES|QUERY_STRING",
            "REQUEST_HEADERS:x-own|ARGS",
            "ARGS:/^[ab]$/");

    private static final List<String> PIECES = List.of(
            "a",
            "b",
            "ab",
            "AB",
            "%61",
            "%3Ca ",
            "<A",
            "/*",
            "*/",
            "..",
            "/",
            "\\u0061",
            "&lt;",
            " ",
            "+",
            "%00",
            "--",
            "#",
            "YWI",
            "1",
            "^",
            "\"",
            "'",
            ";",
            "\u00e9",
            "onload=",
            "%u0041",
            " or ",
            "union select",
            "--+");

    @Test
    void aPhraseOfLettersOutsideOfAsciiIsFound() {
        RuleSet rules = Rules.of("SecRule ARGS \"@pm caf\u00e9 Stra\u00dfe\" \"id:1,phase:2,pass\"");
        assertThat(Rules.ids(Rules.get(rules, "/?a=CAF%C3%A9"))).containsExactly(1L);
        assertThat(Rules.ids(Rules.get(rules, "/?a=stra%C3%9Fe"))).containsExactly(1L);
        assertThat(Rules.ids(Rules.get(rules, "/?a=CAF%E3%A9"))).isEmpty();
    }

    @Property(tries = 300)
    void rulesThatAreAskedTogetherFindWhatEachFindsAlone(@ForAll long seed) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        int count = 1 + random.nextInt(80);
        for (int id = 1; id <= count; id++) {
            if (random.nextInt(12) == 0) {
                lines.add("SecRule ARGS:a \"@contains b\" \"id:" + (1000 + id) + ",phase:2,pass,nolog,skipAfter:M" + id
                        + "\"");
            }
            lines.add("SecRule " + of(TARGETS, random) + " \"" + of(OPERATORS, random) + "\" \"id:" + id
                    + ",phase:2,pass," + of(CHAINS, random) + (random.nextInt(4) == 0 ? ",multiMatch" : "") + "\"");
            if (random.nextInt(6) == 0) {
                lines.add("SecMarker M" + (1 + random.nextInt(count)));
            }
        }
        RuleSet rules = Rules.of(lines.toArray(String[]::new));
        for (int i = 0; i < 5; i++) {
            String query = "a=" + text(random) + "&b=" + text(random) + "&" + text(random) + "=" + text(random);
            String header = text(random);
            assertThat(matched(rules, TOGETHER, query, header))
                    .as("%s against %s and %s", lines, query, header)
                    .isEqualTo(matched(rules, ONE_BY_ONE, query, header));
        }
    }

    @Test
    void rulesWithTheSamePathThroughADocumentSeeWhatIsThere() {
        RuleSet rules = Rules.of(
                "SecAction \"id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=XML\"",
                "SecRequestBodyAccess On",
                "SecRule XML:/* \"@rx shoe\" \"id:2,phase:2,pass\"",
                "SecRule XML:/* \"@rx hat\" \"id:3,phase:2,pass\"",
                "SecRule XML://@* \"@rx hat\" \"id:4,phase:2,pass\"");
        assertThat(Rules.ids(Rules.post(rules, "/", "<o n=\"hat\"><i>shoe</i></o>")))
                .containsExactly(1L, 2L, 4L);
    }

    private static List<MatchedRule> matched(RuleSet rules, Surroundings surroundings, String query, String header) {
        Transaction transaction = rules.begin("u-1", surroundings);
        transaction.request(
                Bytes.latin1("GET"), Bytes.latin1("/p?" + query.replace(' ', '+')), Bytes.latin1("HTTP/1.1"));
        transaction.requestHeader(Bytes.latin1("X-Own"), Bytes.latin1(header));
        transaction.requestHeaders();
        transaction.requestBody();
        transaction.logging();
        return transaction.matched();
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(of(PIECES, random));
        }
        return text.toString();
    }

    private static <T> T of(List<T> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }
}
