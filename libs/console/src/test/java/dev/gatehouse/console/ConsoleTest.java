package dev.gatehouse.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConsoleTest {
    private static final String HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{x}&amp;";
    private static final Pattern LINK = Pattern.compile("(?:href|src|data-source)=\"([^\"]*)\"");

    private static Answer ask(Console console, String path, String... query) throws InterruptedException {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (int i = 0; i < query.length; i += 2) {
            parameters.computeIfAbsent(query[i], _ -> new ArrayList<>()).add(query[i + 1]);
        }
        return console.answer(path, new Query(parameters));
    }

    private static String text(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "gateways",
                "routes",
                "policies",
                "proxies",
                "requests",
                "problems",
                "explain",
                "routes/HTTPRoute/shop/*",
                "policies/SecurityPolicy/shop/*",
                "nothing<script>alert(1)</script>"
            })
    void whatAUserWroteIsTextOnEveryPage(String path) throws Exception {
        Console console = new Console(new SampleSource(3, HOSTILE));
        String name = (path.startsWith("routes") ? "route-1" : "policy-1") + HOSTILE;
        String page = text(ask(
                console,
                path.replace("*", Query.encoded(name).replace("/", "%2F")),
                "q",
                "shop",
                "url",
                "http://a.example/" + HOSTILE,
                "headers",
                "x: " + HOSTILE,
                "source",
                HOSTILE));
        assertThat(page)
                .startsWith("<!DOCTYPE html>")
                .doesNotContain("<script>alert", "<img src=x", "\"'>")
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;");
        assertThat(page.toLowerCase(Locale.ROOT).replaceAll("\"[^\"]*\"", "\"\""))
                .as("what the policy of contents forbids")
                .doesNotContainPattern("<[^>]*\\son[a-z]+=")
                .doesNotContainPattern("<[^>]*\\sstyle=")
                .doesNotContain("<style", "javascript:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gateways", "routes", "policies", "proxies", "requests", "problems", "explain"})
    void everyPageHasATitleLandmarksAndASkipLinkAndItsLinksLeadSomewhere(String path) throws Exception {
        Console console = new Console(new SampleSource(3, "x"));
        Answer answer = ask(console, path);
        String page = text(answer);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(page)
                .contains(
                        "<html lang=\"en\">",
                        "<main id=\"content\"",
                        "<header",
                        "<nav",
                        "class=\"skip\" href=\"#content\"")
                .containsPattern("<title>.+ · Gatehouse</title>")
                .containsOnlyOnce("<h1>")
                .containsOnlyOnce("aria-current=\"page\">" + (path.isEmpty() ? "Overview" : ""));
        Set<String> links = new TreeSet<>();
        Matcher link = LINK.matcher(page);
        while (link.find()) {
            links.add(link.group(1));
        }
        for (String each : links) {
            if (!each.startsWith("#")) {
                assertThat(each).as("no foreign asset").startsWith(Console.ROOT);
                String below = each.substring(Console.ROOT.length());
                if (!below.contains("/x/x")
                        && !below.contains("x/x")
                        && !below.equals("routes/HTTPRoute/shop/route-1")) {
                    assertThat(ask(console, below.replaceFirst("\\?.*", "")).status())
                            .as(each)
                            .isEqualTo(200);
                }
            }
        }
    }

    @Test
    void aThousandRoutesAreShownAPageAtATime() throws Exception {
        Console console = new Console(new SampleSource(1000, ""));
        ask(console, "routes");
        String first = text(ask(console, "routes"));
        assertThat(first.length()).isLessThan(100_000);
        assertThat(first)
                .contains("route-0<", "route-49<", "1 to 50 of 1000", "href=\"/console/routes?page=2\"")
                .doesNotContain("route-50<");
        assertThat(text(ask(console, "routes", "page", "20"))).contains("route-999<", "951 to 1000 of 1000");
        assertThat(text(ask(console, "routes", "page", "99999"))).contains("951 to 1000 of 1000");
        assertThat(text(ask(console, "routes", "page", "-1"))).contains("1 to 50 of 1000");
    }

    @Test
    void aSearchFindsByAllOfItsWordsAndKeepsThemOnTheNextPage() throws Exception {
        Console console = new Console(new SampleSource(1000, ""));
        assertThat(text(ask(console, "routes", "q", "SHOP host-77.")))
                .contains("route-77<")
                .doesNotContain("route-7<")
                .contains("1 of 1000");
        String troubled = text(ask(console, "routes", "q", "shop & co", "state", "troubled"));
        assertThat(troubled).contains("No route is like that.", "0 of 1000");
        assertThat(text(ask(console, "routes", "q", "a=b&c", "state", "troubled")))
                .contains("value=\"a=b&amp;c\"");
        assertThat(text(ask(console, "routes", "q", "edge/front", "state", "troubled")))
                .contains("100 of 1000", "?q=edge%2Ffront&amp;state=troubled&amp;page=2", "checked");
    }

    @ParameterizedTest
    @CsvSource({"blocked", "limited", "denied"})
    void refusedRequestsAreShownByKind(String kind) throws Exception {
        String page = text(ask(new Console(new SampleSource(1, "x")), "requests", "kind", kind));
        for (String each : List.of("blocked", "limited", "denied")) {
            assertThat(page.contains("<span class=\"kind " + each + "\">"))
                    .as(each)
                    .isEqualTo(each.equals(kind));
        }
        assertThat(text(ask(new Console(new SampleSource(1, "x")), "requests", "kind", "other")))
                .contains("kind blocked", "kind limited", "kind denied");
    }

    @Test
    void aQuestionThatIsNoneIsAnsweredWithTheReasonBesideTheForm() throws Exception {
        Answer answer = ask(new Console(new SampleSource(1, "x")), "explain", "url", "no <url>", "method", "PUT");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(text(answer))
                .contains("role=\"alert\"", "&quot;no &lt;url&gt;&quot; is no URL", "<option selected>PUT</option>");
    }

    @Test
    void headersOfAQuestionAreOneALine() throws Exception {
        assertThat(text(ask(
                        new Console(new SampleSource(1, "x")),
                        "explain",
                        "url",
                        "http://a.example/",
                        "headers",
                        "a: 1\r\n\r\n  b: 2 \n",
                        "source",
                        " 10.0.0.1 ")))
                .contains("GET http://a.example/ [a: 1, b: 2] 10.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nothing",
                "routes/HTTPRoute/shop/none",
                "routes/HTTPRoute/shop",
                "policies/SecurityPolicy/shop/none",
                "gateways/more",
                "../console.css",
                "layout.html",
                "routes/%zz/a/b"
            })
    void whatIsNotThereIsNotFound(String path) throws Exception {
        assertThat(ask(new Console(new SampleSource(1, "x")), path).status()).isEqualTo(404);
    }

    @Test
    void gatewaysAndProxiesAreSearchedToo() throws Exception {
        Console console = new Console(new SampleSource(1, "x"));
        assertThat(text(ask(console, "gateways", "q", "edge/x"))).contains("<h2>edge/x</h2>", "1 of 1");
        assertThat(text(ask(console, "gateways", "q", "other"))).contains("None is like that.", "0 of 1");
        assertThat(text(ask(console, "proxies", "q", "x", "state", "troubled"))).contains("<h2>x</h2>");
        assertThat(text(ask(console, "proxies", "q", "other"))).contains("None is like that.");
    }

    @Test
    void anEmptyWorldIsShownAsSuch() throws Exception {
        Console console = new Console(new SampleSource(0, ""));
        assertThat(text(ask(console, ""))).contains("none", "Nothing is wrong that Gatehouse knows of.");
        assertThat(text(ask(console, "routes"))).contains("There is no route.");
    }

    @Test
    void theLivePageIsJson() throws Exception {
        Answer answer = ask(new Console(new SampleSource(1, HOSTILE)), "live.json");
        assertThat(answer.type()).isEqualTo("application/json");
        assertThat(new JsonObject(text(answer)).getJsonArray("fleets")).containsExactly(HOSTILE);
    }
}
