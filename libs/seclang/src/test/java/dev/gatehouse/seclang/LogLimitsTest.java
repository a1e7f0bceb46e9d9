package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.seclang.audit.AuditRecord;
import dev.gatehouse.seclang.audit.AuditSettings;
import dev.gatehouse.seclang.audit.AuditText;
import dev.gatehouse.seclang.audit.LogLimits;
import dev.gatehouse.seclang.bytes.Bytes;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogLimitsTest {
    private static final int BODY = 8_000_000;

    /** A body of megabytes that 300 rules match and log, and that the last of them denies. */
    private static Transaction flooded() {
        String rules = IntStream.rangeClosed(1, 300)
                .mapToObj(id -> "SecRule REQUEST_BODY \"@rx .\" \"id:" + id
                        + ",phase:2,log,msg:'m',logdata:'%{MATCHED_VAR}'," + (id == 300 ? "deny" : "pass") + "\"")
                .collect(Collectors.joining("\n"));
        Transaction transaction = Rules.begin(Rules.of(
                "SecRequestBodyAccess On\nSecRequestBodyLimit 16000000\nSecAuditEngine On\nSecAuditLogParts ABCFHKZ\n"
                        + rules));
        transaction.connection("192.0.2.7", 5555, "198.51.100.1", 80);
        transaction.request(Bytes.latin1("PUT"), Bytes.latin1("/"), Bytes.latin1("HTTP/1.1"));
        transaction.requestHeaders();
        transaction.requestBody(Bytes.latin1("x".repeat(BODY)));
        transaction.requestBody();
        transaction.logging();
        return transaction;
    }

    @Test
    void aTransactionWritesNoMoreThanItsLimitsAndSaysWhatIsLeftOut() {
        Transaction transaction = flooded();
        LogLimits limits = new LogLimits(10, 100, 60_000);
        AuditRecord record = transaction.auditRecord(limits).orElseThrow();
        assertThat(record.messages()).hasSize(10);
        assertThat(record.messages().getLast().id()).isEqualTo(300);
        assertThat(record.messages())
                .allSatisfy(message -> assertThat(message.data()).hasSize(103).endsWith("..."));
        assertThat(record.leftOut().messages()).isEqualTo(290);
        assertThat(record.leftOut().requestBodyBytes())
                .isEqualTo(BODY - record.request().body().length())
                .isPositive();
        for (AuditSettings.Format format : AuditSettings.Format.values()) {
            String text = AuditText.of(record, format);
            assertThat(text).hasSizeLessThan(120_000);
            assertThat(text).containsAnyOf("Left-Out: 290 matched rules\n", "\"left_out\":{\"matched_rules\":290,");
        }
    }

    @Test
    void theErrorLogHasTheRuleThatEndedTheTransactionAndSaysHowManyAreMissing() {
        Transaction transaction = flooded();
        Excerpt excerpt = transaction.logged(LogLimits.USUAL.rules());
        assertThat(excerpt.rules()).hasSize(100).last().matches(MatchedRule::disruptive);
        assertThat(excerpt.leftOut()).isEqualTo(200);
        assertThat(transaction.errorLine(excerpt.leftOut()))
                .startsWith("[client \"192.0.2.7\"] ModSecurity: Warning. 200 more rules matched and are not logged.")
                .contains("[unique_id \"u-1\"]");
        assertThat(excerpt.rules().stream()
                        .mapToInt(rule -> transaction.errorLine(rule).length())
                        .sum())
                .isLessThan(200_000);
    }

    @Test
    void whatFitsIsThereAsAWhole() {
        Transaction transaction = Rules.get(
                Rules.of("SecAuditEngine On\nSecAuditLogParts ABHKZ", "SecAction \"id:1,phase:1,pass,log,msg:'m'\""),
                "/?a=1");
        AuditRecord record = transaction.auditRecord(LogLimits.USUAL).orElseThrow();
        assertThat(record.leftOut().isNothing()).isTrue();
        assertThat(record.messages()).hasSize(1).isEqualTo(record.matched());
        assertThat(AuditText.of(record, AuditSettings.Format.NATIVE)).doesNotContain("Left-Out");
    }

    @Test
    void limitsAreOneOrMore() {
        assertThatThrownBy(() -> new LogLimits(0, 1, 1)).hasMessageContaining("0 rules");
        assertThatThrownBy(() -> new LogLimits(1, 20_000, 1)).hasMessageContaining("16384 at most");
    }
}
