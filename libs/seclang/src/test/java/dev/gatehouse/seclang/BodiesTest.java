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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
                        "<?xml version=\"1.0\"?><a b='1 &lt; 2'>x<c><![CDATA[<y>]]></c>&amp;</a>",
                        PROCESS.formatted("XML")))
                .containsExactly("XML:/*=x<y>&", "XML:/*=x", "XML:/*=<y>", "XML:/*=&", "XML://@*=1 < 2");
    }

    @Test
    void textsKeepTheWhiteSpaceAroundThem() {
        assertThat(read("text/xml", "<a>\r\nSet-Cookie: b<c> </c></a>", PROCESS.formatted("XML")))
                .containsExactly("XML:/*=\r\nSet-Cookie: b");
    }

    @Test
    void whiteSpaceInAttributesIsASpaceUnlessItIsAReference() {
        assertThat(read("text/xml", "<a b='drop\ntable\r\nx\ty&#10;z'/>", PROCESS.formatted("XML")))
                .containsExactly("XML://@*=drop table x y\nz");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8"})
    void aFormIsReadWhereASecondContentTypeNamesIt(String type) {
        RuleSet rules = Rules.of("SecRequestBodyAccess On", "SecRule ARGS:a \"@streq evil\" \"id:1,phase:2,pass\"");
        Transaction transaction = Rules.begin(rules);
        transaction.requestHeader(Bytes.latin1("Content-Type"), Bytes.latin1("text/plain"));
        transaction.requestHeader(Bytes.latin1("content-type"), Bytes.latin1(type));
        transaction.requestHeaders();
        transaction.requestBody(Bytes.latin1("a=ev%69l"));
        transaction.requestBody();
        assertThat(Rules.ids(transaction)).containsExactly(1L);
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

    @Test
    void aBoundaryMayHaveTheWordInIt() {
        assertThat(strict(
                        "multipart/form-data; boundary=----WebKitFormBoundaryX",
                        FORM.replace("b-1", "----WebKitFormBoundaryX")))
                .containsExactly("ARGS_POST:a=1");
        assertThat(strict("multipart/form-data; boundary=boundary", FORM.replace("b-1", "boundary")))
                .containsExactly("ARGS_POST:a=1");
    }

    private static final String FORM = "--b-1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b-1--\r\n";

    /** The flags of a multipart body that are set, and the argument. */
    private static List<String> strict(String type, String body) {
        RuleSet rules = Rules.of(
                "SecRequestBodyAccess On\nSecRule MULTIPART_STRICT_ERROR|REQBODY_ERROR|ARGS_POST:a \"!@streq 0\" \"id:9,phase:2,pass\"");
        Transaction transaction = Rules.begin(rules);
        transaction.request(Bytes.latin1("POST"), Bytes.latin1("/"), Bytes.latin1("HTTP/1.1"));
        transaction.requestHeader(Bytes.latin1("Content-Type"), Bytes.latin1(type));
        transaction.requestHeaders();
        transaction.requestBody(Bytes.latin1(body));
        transaction.requestBody();
        return transaction.matched().stream()
                .flatMap(rule -> rule.values().stream())
                .filter(value -> value.value().length() > 0)
                .map(value -> value.name() + "=" + value.value())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data; boundary=\"b-1\"",
                "multipart/form-data;boundary=b-1",
                "Multipart/Form-Data ; BOUNDARY=\"b-1\" ; charset=utf-8",
                "multipart/form-data; charset=\"utf-8;x\"; Boundary=b-1;",
                "multipart/form-data;\tboundary=\"b\\-1\"",
                "multipart/form-data;; boundary=b-1 "
            })
    void aBoundaryIsReadHoweverRfc9110LetsAClientWriteIt(String type) {
        assertThat(strict(type, FORM)).containsExactly("ARGS_POST:a=1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data boundary=b-1",
                "multipart/form-data, boundary=b-1",
                "multipart/form-data; boundary=b-1; boundary=c",
                "multipart/form-data; x=\"boundary=c\"; boundary=b-1",
                "multipart/form-data; boundary=\"b-1",
                "multipart/form-data; boundary=\"b-1\"x",
                "multipart/form-data; boundary=b-1\"",
                "multipart/form-data; boundary= b-1",
                "multipart/form-data; boundary =b-1",
                "multipart/form-data; boundary=b-1,c",
                "multipart/form-data; boundary=b-1; x",
                "multipart/form-data; boundary*=b-1",
                "multipart/form-data; boundary=b-1; boundary*0=c",
                "multipart/form-data; x=boundary=c; boundary=b-1",
                "multipart/form-data"
            })
    void aBoundaryThatServersReadInDifferentWaysIsAStrictError(String type) {
        assertThat(strict(type, FORM)).contains("MULTIPART_STRICT_ERROR=1");
    }

    @Test
    void aBodyWithTheBoundaryOfAReaderThatKnowsNoQuotesIsAStrictError() {
        assertThat(strict("multipart/form-data; boundary=\"b-1\"", "--\"b-1\"\r\n" + FORM))
                .contains("MULTIPART_STRICT_ERROR=1");
        assertThat(strict(
                        "multipart/form-data; boundary=\"b;1\"",
                        FORM.replace("b-1", "b;1").replace("1\r\n--b;1--", "x\r\n--\"b\r\n\r\n--b;1--")))
                .contains("MULTIPART_STRICT_ERROR=1");
        String both = FORM.replace("\r\n1\r\n", "\r\nx\r\n--b\\-1\r\n");
        assertThat(strict("multipart/form-data; boundary=\"b\\-1\"", both)).contains("MULTIPART_STRICT_ERROR=1");
        assertThat(strict("multipart/form-data; boundary=b-1", both)).containsExactly("ARGS_POST:a=x\r\n--b\\-1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain, application/x-www-form-urlencoded",
                "application/x-www-form-urlencoded, text/plain",
                "text/plain;a=b,Application/X-WWW-Form-Urlencoded;charset=utf-8"
            })
    void severalContentTypesOfWhichOneIsAFormAreAForm(String type) {
        assertThat(read(type, "a=%31")).containsExactly("ARGS_POST:a=1");
    }

    @Test
    void withoutALimitABodyIsReadUpToModSecuritysRecommendedOne() {
        Transaction transaction = Rules.begin(Rules.of("SecRequestBodyAccess On"));
        assertThat(transaction.requestBodyLimit()).isEqualTo(13_107_200);
        transaction.requestHeaders();
        assertThat(transaction.requestBodyLength(13_107_200)).isEmpty();
        assertThat(transaction.requestBodyLength(13_107_201)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/octet-stream", "image/png", "text/plain", "foo", ""})
    void aBodyOfATypeThatNothingReadsIsNoForm(String type) {
        String show = "SecRule REQUEST_BODY|ARGS_POST \"@unconditionalMatch\" \"id:9,phase:2,pass\"";
        for (String forced : List.of("", "SecAction \"id:1,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On\"")) {
            RuleSet rules = Rules.of("SecRequestBodyAccess On\n" + forced + "\n" + show);
            Transaction transaction = Rules.begin(rules);
            transaction.request(Bytes.latin1("PUT"), Bytes.latin1("/"), Bytes.latin1("HTTP/1.1"));
            if (!type.isEmpty()) {
                transaction.requestHeader(Bytes.latin1("Content-Type"), Bytes.latin1(type));
            }
            transaction.requestHeaders();
            transaction.requestBody(Bytes.latin1("a=1&b=2"));
            transaction.requestBody();
            assertThat(transaction.matched().getLast().values())
                    .extracting(value -> value.name() + "=" + value.value())
                    .containsExactly("REQUEST_BODY=a=1&b=2");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a>\u000b</a>",
                "<a x='\u0001'/>",
                "<a><!--\u0000--></a>",
                "<a><![CDATA[\u001f]]></a>",
                "<a>&#11;</a>",
                "<a>&#xFFFE;</a>",
                "<a>\uffff</a>",
                "<a>& b</a>",
                "<a>]]></a>",
                "<a x='1' x='2'/>",
                "<a x='<'/>",
                "<1a/>",
                "<a/><b/>",
                "<a/>text",
                " <?xml version='1.0'?><a/>",
                "<?xml version='2.0'?><a/>"
            })
    void whatIsNotWellFormedIsAnError(String body) {
        assertThat(read("text/xml", body, PROCESS.formatted("XML")))
                .anyMatch(value -> value.startsWith("REQBODY_ERROR_MSG=XML: "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a>\u0009\r\n\u0085\ud83d\ude00\ufffd</a>",
                "\ufeff<?xml version=\"1.0\" encoding='UTF-8' standalone=\"yes\" ?>\n<!-- c --><a x=\"&#x1F600;\" y='&apos;'/><?p i?>\n",
                "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://a/b.dtd\" [<!-- don't --> <!ENTITY e 'f'>]><plist>e</plist>"
            })
    void whatIsWellFormedIsNone(String body) {
        assertThat(read("text/xml", body, PROCESS.formatted("XML")))
                .noneMatch(value -> value.startsWith("REQBODY_ERROR_MSG"));
    }

    @Test
    void bytesOverAsciiAreWhatTheEncodingOfXmlSays() {
        String body = "<?xml version='1.0' encoding='%s'?><a>\u00e9</a>";
        assertThat(strictXml(body.formatted("ISO-8859-1"))).isEmpty();
        assertThat(strictXml(body.formatted("utf-8"))).containsExactly("REQBODY_ERROR=1");
        assertThat(strictXml("<a>\u00c0\u00a7</a>")).containsExactly("REQBODY_ERROR=1");
    }

    private static List<String> strictXml(String body) {
        RuleSet rules = Rules.of("SecRequestBodyAccess On\n" + PROCESS.formatted("XML")
                + "\nSecRule REQBODY_ERROR \"@eq 1\" \"id:9,phase:2,pass\"");
        Transaction transaction = Rules.begin(rules);
        transaction.request(Bytes.latin1("POST"), Bytes.latin1("/"), Bytes.latin1("HTTP/1.1"));
        transaction.requestHeaders();
        transaction.requestBody(Bytes.latin1(body));
        transaction.requestBody();
        return transaction.matched().stream()
                .filter(rule -> rule.id() == 9)
                .flatMap(rule -> rule.values().stream())
                .map(value -> value.name() + "=" + value.value())
                .toList();
    }
}
