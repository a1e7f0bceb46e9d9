package dev.gatehouse.controller.envoy;

import dev.gatehouse.gatewayapi.WafExclusion;
import dev.gatehouse.gatewayapi.WafPolicy;
import dev.gatehouse.gatewayapi.WafRuleSet;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes a WAFPolicy's settings as SecLang. The generated rules have ids from {@value #FIRST_ID} on, in the range that
 * no rule set has reserved.
 */
final class WafRuleText {
    private static final int FIRST_ID = 20_190_000;

    /** The id of the Core Rule Set's rule against content types outside of its list. */
    private static final int CONTENT_TYPE_RULE = 920_420;

    /** The ids of the Core Rule Set's rules that skip a file's rules for a response with a content coding, since other engines do not decode it. */
    private static final List<Integer> CODED_RESPONSE_RULES =
            List.of(950_010, 951_010, 952_010, 953_010, 954_010, 955_010, 956_010);

    private final StringBuilder text = new StringBuilder();
    private int id = FIRST_ID;

    /** The settings before all rules of the user: reading of bodies, and logging. Each text is under the name of its field. */
    Map<String, String> settings(WafPolicy spec) {
        Map<String, String> settings = new LinkedHashMap<>();
        text.setLength(0);
        spec.crs().ifPresent(_ -> line("Include @recommended-conf"));
        settings.put("crs", text.toString());
        text.setLength(0);
        spec.requestBody().ifPresent(this::requestBody);
        settings.put("requestBody", text.toString());
        text.setLength(0);
        spec.responseBody().ifPresent(this::responseBody);
        settings.put("responseBody", text.toString());
        text.setLength(0);
        spec.audit().ifPresent(this::audit);
        settings.put("audit", text.toString());
        return settings;
    }

    private void requestBody(WafPolicy.RequestBody body) {
        body.inspect().ifPresent(on -> line("SecRequestBodyAccess " + onOff(on)));
        body.limit().ifPresent(bytes -> line("SecRequestBodyLimit " + bytes));
        body.onLimit().ifPresent(action -> line("SecRequestBodyLimitAction " + action));
        body.noFilesLimit().ifPresent(bytes -> line("SecRequestBodyNoFilesLimit " + bytes));
        body.jsonDepth().ifPresent(depth -> line("SecRequestBodyJsonDepthLimit " + depth));
    }

    private void responseBody(WafPolicy.ResponseBody body) {
        body.inspect().ifPresent(on -> line("SecResponseBodyAccess " + onOff(on)));
        body.limit().ifPresent(bytes -> line("SecResponseBodyLimit " + bytes));
        body.onLimit().ifPresent(action -> line("SecResponseBodyLimitAction " + action));
        if (!body.contentTypes().isEmpty()) {
            line("SecResponseBodyMimeTypesClear");
            line("SecResponseBodyMimeType " + String.join(" ", body.contentTypes()));
        }
    }

    private void audit(WafPolicy.Audit audit) {
        audit.mode().ifPresent(mode -> line("SecAuditEngine " + mode));
        audit.parts().ifPresent(parts -> line("SecAuditLogParts " + parts));
        audit.relevantStatus().ifPresent(status -> line("SecAuditLogRelevantStatus \"" + status + "\""));
        audit.format().ifPresent(format -> line("SecAuditLogFormat " + format));
        audit.type().ifPresent(type -> line("SecAuditLogType " + type));
        audit.log().ifPresent(log -> line("SecAuditLog \"" + log + "\""));
    }

    /** The Core Rule Set's setup, before its rules. */
    String setup(WafRuleSet crs) {
        text.setLength(0);
        line("Include @crs-setup-conf");
        set("blocking_paranoia_level", crs.blockingParanoiaLevel());
        set("detection_paranoia_level", crs.detectionParanoiaLevel());
        set("inbound_anomaly_score_threshold", crs.inboundThreshold());
        set("outbound_anomaly_score_threshold", crs.outboundThreshold());
        set("reporting_level", crs.reportingLevel());
        set("early_blocking", crs.earlyBlocking().map(WafRuleText::oneOrZero));
        set("sampling_percentage", crs.samplingPercentage());
        set("enforce_bodyproc_urlencoded", crs.enforceUrlencodedBody().map(WafRuleText::oneOrZero));
        set("crs_validate_utf8_encoding", crs.validateUtf8().map(WafRuleText::oneOrZero));
        set("allowed_methods", words(crs.allowedMethods(), " "));
        set(
                "allowed_request_content_type",
                words(
                        crs.allowedContentTypes().stream()
                                .map(type -> "|" + type + "|")
                                .toList(),
                        " "));
        if (crs.allowedContentTypes().isEmpty()) {
            // The rule set's own list of content types lacks gRPC. The type is added for gRPC routes only: on other
            // routes it would hide a body from the rule set.
            line("SecRule ENV:GATEHOUSE_PROTOCOL \"@streq grpc\" \"id:" + id++ + ",phase:1,pass,t:none,nolog,chain\"");
            line("  SecRule REQUEST_HEADERS:Content-Type \"@rx ^application/grpc(?:[+;]|$)\""
                    + " \"t:none,ctl:ruleRemoveById=" + CONTENT_TYPE_RULE + "\"");
        }
        set("allowed_http_versions", words(crs.allowedHttpVersions(), " "));
        crs.arguments().ifPresent(arguments -> {
            set("max_num_args", arguments.count());
            set("arg_name_length", arguments.nameLength());
            set("arg_length", arguments.length());
            set("total_arg_length", arguments.totalLength());
            set("max_file_size", arguments.fileSize());
            set("combined_file_sizes", arguments.files());
        });
        line("SecRule RESPONSE_HEADERS:Content-Encoding \"@rx .\" \"id:" + id++ + ",phase:3,pass,t:none,nolog,"
                + CODED_RESPONSE_RULES.stream()
                        .map(rule -> "ctl:ruleRemoveById=" + rule)
                        .collect(Collectors.joining(","))
                + "\"");
        return text.toString();
    }

    private static int oneOrZero(boolean on) {
        return on ? 1 : 0;
    }

    private static Optional<String> words(List<String> words, String separator) {
        return words.isEmpty() ? Optional.empty() : Optional.of(String.join(separator, words));
    }

    private void set(String variable, Optional<?> value) {
        value.ifPresent(to -> line(
                "SecAction \"id:" + id++ + ",phase:1,pass,t:none,nolog,setvar:'tx." + variable + "=" + to + "'\""));
    }

    /** Exclusions for some paths. They are evaluated for each request, before any other rule. */
    String exclusionsByPath(List<WafExclusion> exclusions) {
        text.setLength(0);
        for (WafExclusion exclusion : exclusions) {
            for (WafExclusion.Path path : exclusion.paths()) {
                line("SecRule REQUEST_FILENAME \"@rx " + expression(path) + "\" \"id:" + id++
                        + ",phase:1,pass,t:none,nolog" + controls(exclusion) + "\"");
            }
        }
        return text.toString();
    }

    private static String controls(WafExclusion exclusion) {
        StringBuilder controls = new StringBuilder();
        List<String> targets = exclusion.targets();
        for (String ids : exclusion.ruleIds()) {
            if (targets.isEmpty()) {
                controls.append(",ctl:ruleRemoveById=").append(ids);
            }
            targets.forEach(target -> controls.append(",ctl:ruleRemoveTargetById=")
                    .append(ids)
                    .append(';')
                    .append(target));
        }
        for (String tag : tags(exclusion)) {
            if (targets.isEmpty()) {
                controls.append(",ctl:ruleRemoveByTag=").append(tag);
            }
            targets.forEach(target -> controls.append(",ctl:ruleRemoveTargetByTag=")
                    .append(tag)
                    .append(';')
                    .append(target));
        }
        return controls.toString();
    }

    /** Exclusions for all paths. They change the rules before them when the rules are loaded. */
    String exclusionsForAll(List<WafExclusion> exclusions) {
        text.setLength(0);
        for (WafExclusion exclusion : exclusions) {
            if (!exclusion.paths().isEmpty()) {
                continue;
            }
            for (String ids : exclusion.ruleIds()) {
                if (exclusion.targets().isEmpty()) {
                    line("SecRuleRemoveById " + ids);
                }
                exclusion.targets().forEach(target -> line("SecRuleUpdateTargetById " + ids + " \"!" + target + "\""));
            }
            for (String tag : tags(exclusion)) {
                if (exclusion.targets().isEmpty()) {
                    line("SecRuleRemoveByTag \"" + tag + "\"");
                }
                exclusion
                        .targets()
                        .forEach(target -> line("SecRuleUpdateTargetByTag \"" + tag + "\" \"!" + target + "\""));
            }
        }
        return text.toString();
    }

    /** An exclusion with targets only applies to the whole Core Rule Set. */
    private static List<String> tags(WafExclusion exclusion) {
        return exclusion.tags().isEmpty() && exclusion.ruleIds().isEmpty() ? List.of("OWASP_CRS") : exclusion.tags();
    }

    /** A regular expression of letters, digits and hexadecimal escapes only, so that no character has a meaning in SecLang. */
    private static String expression(WafExclusion.Path path) {
        String value = path.value();
        StringBuilder expression = new StringBuilder("^");
        boolean prefix = path.type() == WafExclusion.PathType.PathPrefix;
        String literal = prefix && value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
        for (byte each : literal.getBytes(StandardCharsets.UTF_8)) {
            int unsigned = each & 0xff;
            boolean plain = unsigned == '/' || unsigned < 0x80 && Character.isLetterOrDigit(unsigned);
            expression.append(plain ? Character.toString(unsigned) : String.format(Locale.ROOT, "\\x%02x", unsigned));
        }
        return expression.append(prefix ? "(?:/|$)" : "$").toString();
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private static String onOff(boolean on) {
        return on ? "On" : "Off";
    }
}
