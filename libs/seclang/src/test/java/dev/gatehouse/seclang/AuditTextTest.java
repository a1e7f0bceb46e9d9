package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.audit.AuditSettings;
import dev.gatehouse.seclang.audit.AuditText;
import dev.gatehouse.seclang.audit.LogLimits;
import org.junit.jupiter.api.Test;

class AuditTextTest {
    private static String text(AuditSettings.Format format, String... lines) {
        RuleSet rules = Rules.of("SecAuditEngine RelevantOnly\nSecAuditLogParts ABIJFHKZ\n" + String.join("\n", lines));
        return Rules.get(rules, "/p?q=attack&password=secret", "host", "shop.example")
                .auditRecord(LogLimits.USUAL)
                .map(record -> AuditText.of(record, format))
                .orElse("");
    }

    private static final String BLOCK =
            "SecRule ARGS:q \"@streq attack\" \"id:1,phase:1,deny,msg:'Found',severity:2,tag:a,sanitiseArg:password\"";

    @Test
    void theNativeFormHasModSecuritysParts() {
        assertThat(text(AuditSettings.Format.NATIVE, BLOCK))
                .containsSubsequence(
                        "-A--\n[23/Nov/2026:10:20:30.000000 +0000] u-1 192.0.2.7 5555 198.51.100.1 80\n",
                        "-B--\nGET /p?q=attack&password=****** HTTP/1.1\nhost: shop.example\n",
                        "-F--\n",
                        "-H--\nMessage: ",
                        "[id \"1\"]",
                        "Action: Intercepted (phase 1)",
                        "-K--\n",
                        "-Z--\n")
                .doesNotContain("secret");
    }

    @Test
    void theJsonFormHasTheTransactionAndItsMessages() {
        assertThat(text(AuditSettings.Format.JSON, BLOCK))
                .startsWith("{\"transaction\":{\"timestamp\":\"2026/11/23 10:20:30\"")
                .contains("\"is_interrupted\":true", "\"headers\":{\"host\":[\"shop.example\"]}", "\"msg\":\"Found\"")
                .endsWith("}\n");
    }

    @Test
    void theOcsfFormIsAnHttpActivity() {
        assertThat(text(AuditSettings.Format.OCSF, BLOCK))
                .contains("\"class_uid\":4002", "\"type_uid\":400203", "\"severity_id\":5", "\"disposition_id\":2");
    }

    @Test
    void aTransactionThatNoRuleFindsRelevantIsNotWritten() {
        assertThat(text(AuditSettings.Format.JSON, "SecAction \"id:1,phase:1,pass,nolog\""))
                .isEmpty();
    }
}
