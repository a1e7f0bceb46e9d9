package dev.gatehouse.seclang;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.gatehouse.seclang.bytes.Bytes;
import java.util.List;

/** No body, cookie or query makes the engine fail, whatever reads it. */
class BodiesFuzzTest {
    private static final List<String> PROCESSORS = List.of("URLENCODED", "MULTIPART", "JSON", "NDJSON", "XML", "RAW");

    @FuzzTest(maxDuration = "10s")
    void anyBytesAreABodyOrAnError(FuzzedDataProvider data) {
        String processor = data.pickValue(PROCESSORS);
        String boundary = data.consumeAsciiString(8);
        byte[] cookie = data.consumeBytes(32);
        RuleSet rules = Rules.of(
                "SecRequestBodyAccess On",
                "SecAction \"id:1,phase:1,pass,ctl:requestBodyProcessor=" + processor + "\"",
                "SecRule ARGS|XML|XML://a/@b|FILES|MULTIPART_PART_HEADERS|REQUEST_COOKIES \"@rx .\" \"id:2,phase:2,pass\"");
        Transaction transaction = Rules.begin(rules);
        transaction.request(Bytes.latin1("POST"), Bytes.of(cookie), Bytes.latin1("HTTP/1.1"));
        transaction.requestHeader(Bytes.latin1("Cookie"), Bytes.of(cookie));
        transaction.requestHeader(
                Bytes.latin1("Content-Type"), Bytes.latin1("multipart/form-data; boundary=" + boundary));
        transaction.requestHeaders();
        transaction.requestBody(Bytes.of(data.consumeRemainingAsBytes()));
        transaction.requestBody();
        transaction.logging();
    }
}
