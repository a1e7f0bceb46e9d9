package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class BodiesTest {
    private static final String SHOW =
            "SecRule ARGS_POST|XML:/*|XML://@*|FILES|REQBODY_ERROR_MSG \"@unconditionalMatch\""
                    + " \"id:9,phase:2,pass\"";

    private static List<String> read(String type, String body, String... lines) {
        RuleSet rules = Rules.of("SecRequestBodyAccess On\n" + String.join("\n", lines) + "\n" + SHOW);
        Transaction transaction = Rules.begin(rules);
        transaction.request(Bytes.latin1("POST"), Bytes.latin1("/"), Bytes.latin1("HTTP/1.1"));
        transaction.requestHeader(Bytes.latin1("Content-Type"), Bytes.latin1(type));
        transaction.requestHeaders();
        transaction.requestBody(Bytes.utf8(body));
        transaction.requestBody();
        return transaction.matched().stream()
                .filter(rule -> rule.id() == 9)
                .flatMap(rule -> rule.values().stream())
                .filter(value -> value.value().length() > 0)
                .map(value -> value.name() + "=" + value.value())
                .toList();
    }

    private static final String PROCESS = "SecAction \"id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=%s\"";

    @Test
    void jsonIsFlattenedAndArraysTellTheirLength() {
        assertThat(read(
                        "application/json",
                        "{\"a\":[1,{\"b\":\"x\\u0041\"}],\"n\":null,\"t\":true}",
                        PROCESS.formatted("JSON")))
                .containsExactly(
                        "ARGS_POST:json.a.0=1",
                        "ARGS_POST:json.a.1.b=xA",
                        "ARGS_POST:json.a=2",
                        "ARGS_POST:json.t=true");
    }

    @Test
    void brokenJsonIsInspectedUpToWhereItBreaks() {
        assertThat(read("application/json", "{\"a\":\"b\",", PROCESS.formatted("JSON")))
                .contains("ARGS_POST:json.a=b")
                .anyMatch(value -> value.startsWith("REQBODY_ERROR_MSG=JSON: "));
    }

    @Test
    void deepJsonIsRefusedAndNeverRecursedInto() {
        assertThat(read("application/json", "[".repeat(100_000), PROCESS.formatted("JSON")))
                .anyMatch(value -> value.contains("nested more than 1024 deep"));
    }

    @Test
    void linesOfJsonAreNumbered() {
        assertThat(read("application/x-ndjson", "{\"a\":1}\n{\"a\":2}\n"))
                .containsExactly("ARGS_POST:json.0.a=1", "ARGS_POST:json.1.a=2");
    }

    @Test
    void xmlGivesTextsAndAttributesAndNoEntity() {
        assertThat(read(
                        "text/xml",
                        "<?xml version=\"1.0\"?><a b='1 &lt; 2'>x<c><![CDATA[<y>]]></c>&unknown;</a>",
                        PROCESS.formatted("XML")))
                .containsExactly("XML:/*=x", "XML:/*=<y>", "XML:/*=&unknown;", "XML://@*=1 < 2");
    }

    @Test
    void pathsChooseElements() {
        RuleSet rules = Rules.of(
                "SecRequestBodyAccess On",
                PROCESS.formatted("XML"),
                "SecRule XML:/order/item/@id \"@streq 7\" \"id:2,phase:2,pass\"",
                "SecRule XML://note/text() \"@streq hi\" \"id:3,phase:2,pass\"",
                "SecRule XML:/item \"@unconditionalMatch\" \"id:4,phase:2,pass\"");
        Transaction transaction = Rules.begin(rules);
        transaction.requestHeaders();
        transaction.requestBody(Bytes.latin1("<s:order xmlns:s='u'><item id='7'><note>hi</note></item></s:order>"));
        transaction.requestBody();
        assertThat(Rules.ids(transaction)).contains(2L, 3L).doesNotContain(4L);
    }

    @Test
    void aFileIsSeenUnderBothOfItsNames() {
        assertThat(
                        read(
                                "multipart/form-data; boundary=b",
                                "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"; filename*=UTF-8''a.php\r\n\r\nx\r\n--b--\r\n"))
                .containsExactly("FILES:f=a.php", "FILES:f=a.txt");
    }

    @Test
    void aCompressedResponseIsDecodedForRules() throws IOException {
        RuleSet rules = Rules.of(
                "SecResponseBodyAccess On", "SecRule RESPONSE_BODY \"@contains ORA-0042\" \"id:1,phase:4,deny\"");
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(coded)) {
            gzip.write("error ORA-0042".getBytes(StandardCharsets.UTF_8));
        }
        Transaction transaction = Rules.begin(rules);
        transaction.requestHeaders();
        transaction.responseHeader(Bytes.latin1("content-type"), Bytes.latin1("text/html"));
        transaction.responseHeader(Bytes.latin1("content-encoding"), Bytes.latin1("gzip"));
        transaction.responseHeaders(200, "HTTP/1.1");
        transaction.responseBody(Bytes.of(coded.toByteArray()));
        assertThat(transaction.responseBody()).isPresent();
    }

    @Test
    void countersOfAddressesOutliveTransactions() {
        RuleSet rules = Rules.of(
                "SecAction \"id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR},setvar:ip.hits=+1,expirevar:ip.hits=60\"",
                "SecRule IP:hits \"@gt 2\" \"id:2,phase:1,deny,status:429\"");
        Surroundings world = new Surroundings(InstantSource.system(), Map.of());
        for (int i = 0; i < 3; i++) {
            Transaction transaction = rules.begin("t" + i, world);
            transaction.connection("192.0.2.1", 1, "192.0.2.2", 80);
            assertThat(transaction.requestHeaders().isPresent()).isEqualTo(i == 2);
            transaction.logging();
        }
        Transaction other = rules.begin("t9", world);
        other.connection("192.0.2.9", 1, "192.0.2.2", 80);
        assertThat(other.requestHeaders()).isEmpty();
    }
}
