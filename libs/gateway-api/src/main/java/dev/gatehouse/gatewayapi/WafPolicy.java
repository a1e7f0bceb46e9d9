package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Gatehouse's WAFPolicy: SecLang rules for Gateways, ListenerSets, routes, or sections of them. An empty field has the
 * value of the less specific policy that the policy is merged with, or its default.
 *
 * @param selectors targets by labels
 * @param merge how it is merged with the less specific policy; empty: it replaces that policy
 * @param ruleFiles ConfigMaps, each in the namespace of the policy that refers to it
 * @param crs empty: the Core Rule Set is not included, unless directives include it
 */
public record WafPolicy(
        List<PolicyTarget> targets,
        List<TargetSelector> selectors,
        Optional<MergeType> merge,
        Optional<Mode> mode,
        Optional<FailureMode> failureMode,
        Optional<Bodies> bodies,
        List<Directives> directives,
        List<RuleFiles> ruleFiles,
        Optional<WafRuleSet> crs,
        List<WafExclusion> exclusions,
        List<Host> hosts,
        Optional<RequestBody> requestBody,
        Optional<ResponseBody> responseBody,
        Optional<Audit> audit)
        implements TargetedPolicy<WafPolicy> {
    /** The most bytes that are buffered of a body, since one message to waf-svc must hold it. */
    public static final long MOST_BODY_BYTES = 64L * 1024 * 1024;

    /** ModSecurity's recommended SecRequestBodyLimit. */
    public static final long USUAL_BODY_BYTES = 13_107_200;

    /** ModSecurity's recommended SecResponseBodyLimit. */
    public static final long USUAL_RESPONSE_BYTES = 524_288;

    /** A policy without settings. */
    public static final WafPolicy NONE = new WafPolicy(
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    public WafPolicy {
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
        directives = List.copyOf(directives);
        ruleFiles = List.copyOf(ruleFiles);
        exclusions = List.copyOf(exclusions);
        hosts = List.copyOf(hosts);
    }

    /** The effect of blocking rules. */
    public enum Mode {
        Enforce,
        DetectOnly,
        Off
    }

    /** Whether requests that cannot be inspected are refused or pass. */
    public enum FailureMode {
        Closed,
        Open
    }

    /** Whether Envoy or waf-svc holds bodies until the verdict. */
    public enum Bodies {
        /** Envoy. */
        Buffered,
        /** waf-svc. Envoy streams bodies to waf-svc and back without buffering them. */
        Streamed
    }

    /** The treatment of a body above the inspection limit. */
    public enum LimitAction {
        Reject,
        ProcessPartial
    }

    /**
     * SecLang text and its place.
     *
     * @param place the field, such as {@code directives[0]}; in a merged policy with the prefix {@code
     * wafpolicy/namespace/name/}
     */
    public record Directives(String place, String text) {
        /** Makes directives from a list of texts. */
        static List<Directives> of(String field, List<String> texts) {
            return IntStream.range(0, texts.size())
                    .mapToObj(i -> new Directives(field + "[" + i + "]", texts.get(i)))
                    .toList();
        }

        static List<Directives> in(ObjectKey policy, List<Directives> directives) {
            return directives.stream()
                    .map(each -> new Directives("wafpolicy/" + policy + "/" + each.place, each.text))
                    .toList();
        }
    }

    /**
     * A ConfigMap with rule files.
     *
     * @param policy the policy that refers to the ConfigMap, in the same namespace; empty: the policy that contains
     * this reference
     */
    public record RuleFiles(Optional<ObjectKey> policy, String name) {}

    /** Rules for some hosts. */
    public record Host(
            List<String> hostnames, Optional<Mode> mode, List<Directives> directives, List<WafExclusion> exclusions) {
        private static final Syntax HOSTNAME = Syntax.of(
                "(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?",
                259,
                "a hostname, with \"*.\" before it for all its subdomains, maybe with a port: \"shop.example.com:8443\"");

        public Host {
            hostnames = List.copyOf(hostnames);
            directives = List.copyOf(directives);
            exclusions = List.copyOf(exclusions);
        }

        private Host at(String place) {
            return new Host(
                    hostnames,
                    mode,
                    directives.stream()
                            .map(each -> new Directives(place + each.place, each.text))
                            .toList(),
                    exclusions);
        }

        static Host read(Fields f) {
            Host host = new Host(
                    f.strings("hostnames", HOSTNAME),
                    f.choice("mode", Mode.class),
                    Directives.of("directives", f.strings("directives")),
                    f.list("exclusions", 0, 256, WafExclusion::read));
            if (host.hostnames.isEmpty()) {
                f.wrong("hostnames", "is empty (expected: at least one hostname)");
            }
            return host;
        }
    }

    /**
     * How bodies of requests are read.
     *
     * @param limit the most bytes that are inspected
     * @param noFilesLimit the most bytes without uploaded files
     */
    public record RequestBody(
            Optional<Boolean> inspect,
            Optional<Long> limit,
            Optional<LimitAction> onLimit,
            Optional<Long> noFilesLimit,
            Optional<Integer> jsonDepth) {
        static RequestBody read(Fields f) {
            return new RequestBody(
                    f.bool("inspect"),
                    f.longInteger("limit", 1, MOST_BODY_BYTES),
                    f.choice("onLimit", LimitAction.class),
                    f.longInteger("noFilesLimit", 1, MOST_BODY_BYTES),
                    f.integer("jsonDepth", 1, 100_000));
        }
    }

    /**
     * How bodies of responses are read.
     *
     * @param contentTypes the content types that are inspected
     */
    public record ResponseBody(
            Optional<Boolean> inspect, Optional<Long> limit, Optional<LimitAction> onLimit, List<String> contentTypes) {
        private static final Syntax TYPE =
                Syntax.of("[a-z0-9.+-]+/[a-z0-9.+-]+", 128, "a media type in small letters: \"text/html\"");

        public ResponseBody {
            contentTypes = List.copyOf(contentTypes);
        }

        static ResponseBody read(Fields f) {
            return new ResponseBody(
                    f.bool("inspect"),
                    f.longInteger("limit", 1, MOST_BODY_BYTES),
                    f.choice("onLimit", LimitAction.class),
                    f.strings("contentTypes", TYPE));
        }
    }

    /** The settings of the audit log. */
    public record Audit(
            Optional<Engine> mode,
            Optional<String> parts,
            Optional<String> relevantStatus,
            Optional<Format> format,
            Optional<Type> type,
            Optional<String> log) {
        private static final Syntax PARTS = Syntax.of("A[B-K]*Z", 16, "part letters from A to Z: \"ABIJDEFHZ\"");
        private static final Syntax LINE = Syntax.of("[^\"\\\\\\n]+", 256, "a text without quotes and backslashes");

        /** SecAuditEngine. */
        public enum Engine {
            On,
            Off,
            RelevantOnly
        }

        /** SecAuditLogFormat. */
        public enum Format {
            Native,
            JSON,
            OCSF
        }

        /** SecAuditLogType. */
        public enum Type {
            Serial,
            Concurrent,
            HTTPS
        }

        static Audit read(Fields f) {
            return new Audit(
                    f.choice("mode", Engine.class),
                    f.string("parts", PARTS),
                    f.string("relevantStatus", LINE),
                    f.choice("format", Format.class),
                    f.choice("type", Type.class),
                    f.string("log", LINE));
        }
    }

    /** The mode, unless {@code SecRuleEngine} in the policy's own texts says another. */
    public Mode effectiveMode() {
        return mode.orElse(Mode.Enforce);
    }

    public FailureMode effectiveFailureMode() {
        return failureMode.orElse(FailureMode.Closed);
    }

    /**
     * The service that holds bodies. If uninspected requests pass (fail open), it is always Envoy: a body that waf-svc
     * holds would be lost if waf-svc fails.
     */
    public Bodies effectiveBodies() {
        return effectiveFailureMode() == FailureMode.Open ? Bodies.Buffered : bodies.orElse(Bodies.Buffered);
    }

    /** The most bytes of a request or response body that is inspected as a whole. */
    public long bodyBytes() {
        return Math.max(
                requestBody.flatMap(RequestBody::limit).orElse(USUAL_BODY_BYTES),
                responseBody.flatMap(ResponseBody::limit).orElse(USUAL_RESPONSE_BYTES));
    }

    @Override
    public WafPolicy withTargets(List<PolicyTarget> resolved) {
        return new WafPolicy(
                resolved,
                List.of(),
                merge,
                mode,
                failureMode,
                bodies,
                directives,
                ruleFiles,
                crs,
                exclusions,
                hosts,
                requestBody,
                responseBody,
                audit);
    }

    /** A copy for merging, in which references and places carry the policy's full name. */
    public WafPolicy of(ObjectKey policy) {
        return new WafPolicy(
                targets,
                selectors,
                merge,
                mode,
                failureMode,
                bodies,
                Directives.in(policy, directives),
                ruleFiles.stream()
                        .map(each -> new RuleFiles(Optional.of(policy), each.name))
                        .toList(),
                crs.map(each -> each.of(policy)),
                exclusions,
                hosts.stream().map(each -> each.at("wafpolicy/" + policy + "/")).toList(),
                requestBody,
                responseBody,
                audit);
    }

    /** Merges this policy over a less specific one, by {@link #merge}. */
    public WafPolicy over(WafPolicy other) {
        boolean grow = merge.orElse(MergeType.JSONMerge) == MergeType.StrategicMerge;
        return new WafPolicy(
                targets,
                selectors,
                other.merge,
                mode.or(other::mode),
                failureMode.or(other::failureMode),
                bodies.or(other::bodies),
                joined(other.directives, directives, grow),
                joined(other.ruleFiles, ruleFiles, grow),
                crs.map(own -> other.crs.map(parent -> own.over(parent, grow)).orElse(own))
                        .or(other::crs),
                joined(other.exclusions, exclusions, grow),
                // The first matching entry is used, so this policy's own entries come first.
                grow ? joined(hosts, other.hosts, true) : joined(other.hosts, hosts, false),
                merged(requestBody, other.requestBody, WafPolicy::merge),
                merged(responseBody, other.responseBody, (own, parent) -> merge(own, parent, grow)),
                merged(audit, other.audit, WafPolicy::merge));
    }

    private interface Merge<T> {
        T of(T own, T parent);
    }

    private static <T> Optional<T> merged(Optional<T> own, Optional<T> parent, Merge<T> merge) {
        return own.isPresent() && parent.isPresent()
                ? Optional.of(merge.of(own.get(), parent.get()))
                : own.or(() -> parent);
    }

    private static RequestBody merge(RequestBody own, RequestBody parent) {
        return new RequestBody(
                own.inspect.or(parent::inspect),
                own.limit.or(parent::limit),
                own.onLimit.or(parent::onLimit),
                own.noFilesLimit.or(parent::noFilesLimit),
                own.jsonDepth.or(parent::jsonDepth));
    }

    private static ResponseBody merge(ResponseBody own, ResponseBody parent, boolean grow) {
        return new ResponseBody(
                own.inspect.or(parent::inspect),
                own.limit.or(parent::limit),
                own.onLimit.or(parent::onLimit),
                joined(parent.contentTypes, own.contentTypes, grow));
    }

    private static Audit merge(Audit own, Audit parent) {
        return new Audit(
                own.mode.or(parent::mode),
                own.parts.or(parent::parts),
                own.relevantStatus.or(parent::relevantStatus),
                own.format.or(parent::format),
                own.type.or(parent::type),
                own.log.or(parent::log));
    }

    static <T> List<T> joined(List<T> first, List<T> then, boolean grow) {
        if (!grow) {
            return then.isEmpty() ? first : then;
        }
        List<T> all = new ArrayList<>(first);
        all.addAll(then);
        return all;
    }

    static WafPolicy read(Fields f) {
        WafPolicy policy = new WafPolicy(
                PolicyTarget.readAny(f),
                f.list("targetSelectors", 0, 16, TargetSelector::read),
                f.choice("mergeType", MergeType.class).filter(type -> type != MergeType.Replace),
                f.choice("mode", Mode.class),
                f.choice("failureMode", FailureMode.class),
                f.choice("bodies", Bodies.class),
                Directives.of("directives", f.strings("directives")),
                f.list("ruleFiles", 0, 64, WafPolicy::configMap),
                f.object("crs", WafRuleSet::read),
                f.list("exclusions", 0, 256, WafExclusion::read),
                placed(f.list("hosts", 0, 64, Host::read)),
                f.object("requestBody", RequestBody::read),
                f.object("responseBody", ResponseBody::read),
                f.object("audit", Audit::read));
        if (policy.targets.isEmpty() && policy.selectors.isEmpty()) {
            f.wrong("targetRefs", "is empty (expected: at least one target, or targetSelectors)");
        }
        boolean rules = !policy.directives.isEmpty() || !policy.ruleFiles.isEmpty() || policy.crs.isPresent();
        if (!rules && policy.merge.isEmpty() && policy.effectiveMode() != Mode.Off) {
            f.wrong("directives", "is empty (expected: at least one SecLang directive, or ruleFiles, or crs)");
        }
        if (policy.bodies.equals(Optional.of(Bodies.Streamed)) && policy.effectiveFailureMode() == FailureMode.Open) {
            f.wrong("bodies", "\"Streamed\" does not go with failureMode Open: what waf-svc holds would be lost");
        }
        return policy;
    }

    private static List<Host> placed(List<Host> hosts) {
        return IntStream.range(0, hosts.size())
                .mapToObj(i -> hosts.get(i).at("hosts[" + i + "]."))
                .toList();
    }

    private static RuleFiles configMap(Fields f) {
        f.string("group");
        f.string("kind")
                .filter(kind -> !kind.equals("ConfigMap"))
                .ifPresent(kind -> f.wrong("kind", "\"" + kind + "\" has no rule files (expected: ConfigMap)"));
        return new RuleFiles(Optional.empty(), f.requiredString("name", Syntax.DNS_NAME));
    }
}
