package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;

/**
 * The OWASP Core Rule Set of a WAFPolicy, with its settings by name. An empty field has the rule set's own default.
 *
 * @param version the rule set's version, such as {@code 4.25.0}
 * @param blockingParanoiaLevel 1 to 4
 * @param detectionParanoiaLevel 1 to 4, not below the blocking one
 * @param reportingLevel 0 to 5, selects the transactions that get a log line with their scores
 * @param samplingPercentage the percentage of requests that are inspected
 * @param before directives between the settings and the rules
 */
public record WafRuleSet(
        Optional<String> version,
        Optional<Integer> blockingParanoiaLevel,
        Optional<Integer> detectionParanoiaLevel,
        Optional<Integer> inboundThreshold,
        Optional<Integer> outboundThreshold,
        Optional<Integer> reportingLevel,
        Optional<Boolean> earlyBlocking,
        Optional<Integer> samplingPercentage,
        Optional<Boolean> enforceUrlencodedBody,
        Optional<Boolean> validateUtf8,
        List<String> allowedMethods,
        List<String> allowedContentTypes,
        List<String> allowedHttpVersions,
        Optional<Arguments> arguments,
        List<WafPolicy.Directives> before) {
    private static final Syntax VERSION =
            Syntax.of("[0-9]+\\.[0-9]+\\.[0-9]+[A-Za-z0-9.-]*", 64, "a version: \"4.25.0\"");
    private static final Syntax METHOD = Syntax.of("[A-Z][A-Z0-9_-]*", 64, "a method in capitals: \"PATCH\"");
    private static final Syntax CONTENT_TYPE =
            Syntax.of("[a-z0-9.+*-]+/[a-z0-9.+*-]+", 128, "a media type in small letters: \"application/json\"");
    private static final Syntax HTTP_VERSION =
            Syntax.of("HTTP/[0-9](\\.[0-9])?", 8, "\"HTTP/1.1\", \"HTTP/2\" or the like");

    public WafRuleSet {
        allowedMethods = List.copyOf(allowedMethods);
        allowedContentTypes = List.copyOf(allowedContentTypes);
        allowedHttpVersions = List.copyOf(allowedHttpVersions);
        before = List.copyOf(before);
    }

    /**
     * Limits of arguments and uploads; 0: none.
     *
     * @param files the most bytes of all uploaded files together
     */
    public record Arguments(
            Optional<Integer> count,
            Optional<Integer> nameLength,
            Optional<Integer> length,
            Optional<Integer> totalLength,
            Optional<Integer> fileSize,
            Optional<Integer> files) {
        static Arguments read(Fields f) {
            return new Arguments(
                    f.integer("maxCount", 1, 100_000),
                    f.integer("maxNameLength", 1, Integer.MAX_VALUE),
                    f.integer("maxLength", 1, Integer.MAX_VALUE),
                    f.integer("maxTotalLength", 1, Integer.MAX_VALUE),
                    f.integer("maxFileSize", 1, Integer.MAX_VALUE),
                    f.integer("maxFilesSize", 1, Integer.MAX_VALUE));
        }
    }

    static WafRuleSet read(Fields f) {
        WafRuleSet set = new WafRuleSet(
                f.string("version", VERSION),
                f.integer("blockingParanoiaLevel", 1, 4),
                f.integer("detectionParanoiaLevel", 1, 4),
                f.integer("inboundThreshold", 1, 100_000),
                f.integer("outboundThreshold", 1, 100_000),
                f.integer("reportingLevel", 0, 5),
                f.bool("earlyBlocking"),
                f.integer("samplingPercentage", 1, 100),
                f.bool("enforceUrlencodedBody"),
                f.bool("validateUtf8"),
                f.strings("allowedMethods", METHOD),
                f.strings("allowedContentTypes", CONTENT_TYPE),
                f.strings("allowedHttpVersions", HTTP_VERSION),
                f.object("arguments", Arguments::read),
                WafPolicy.Directives.of("crs.before", f.strings("before")));
        int blocking = set.blockingParanoiaLevel.orElse(1);
        if (set.detectionParanoiaLevel.orElse(blocking) < blocking) {
            f.wrong(
                    "detectionParanoiaLevel",
                    set.detectionParanoiaLevel.get() + " is below blockingParanoiaLevel (expected: " + blocking
                            + " to 4)");
        }
        return set;
    }

    /** A copy for merging, in which places carry the policy's full name. */
    WafRuleSet of(ObjectKey policy) {
        return new WafRuleSet(
                version,
                blockingParanoiaLevel,
                detectionParanoiaLevel,
                inboundThreshold,
                outboundThreshold,
                reportingLevel,
                earlyBlocking,
                samplingPercentage,
                enforceUrlencodedBody,
                validateUtf8,
                allowedMethods,
                allowedContentTypes,
                allowedHttpVersions,
                arguments,
                WafPolicy.Directives.in(policy, before));
    }

    /** These settings, with absent fields from {@code other}. With {@code grow} lists are joined, the other's items first. */
    WafRuleSet over(WafRuleSet other, boolean grow) {
        return new WafRuleSet(
                version.or(other::version),
                blockingParanoiaLevel.or(other::blockingParanoiaLevel),
                detectionParanoiaLevel.or(other::detectionParanoiaLevel),
                inboundThreshold.or(other::inboundThreshold),
                outboundThreshold.or(other::outboundThreshold),
                reportingLevel.or(other::reportingLevel),
                earlyBlocking.or(other::earlyBlocking),
                samplingPercentage.or(other::samplingPercentage),
                enforceUrlencodedBody.or(other::enforceUrlencodedBody),
                validateUtf8.or(other::validateUtf8),
                WafPolicy.joined(other.allowedMethods, allowedMethods, grow),
                WafPolicy.joined(other.allowedContentTypes, allowedContentTypes, grow),
                WafPolicy.joined(other.allowedHttpVersions, allowedHttpVersions, grow),
                arguments.or(other::arguments),
                WafPolicy.joined(other.before, before, grow));
    }
}
