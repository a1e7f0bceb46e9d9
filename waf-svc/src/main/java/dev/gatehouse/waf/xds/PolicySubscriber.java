package dev.gatehouse.waf.xds;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.api.waf.v1.WafPolicy;
import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.PolicyText;
import dev.gatehouse.waf.policy.RuleText;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Subscriber;
import dev.gatehouse.xdsclient.Update;
import dev.gatehouse.xdsclient.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes policies as they are pushed. Good ones are in force also if the push is refused for the sake of others: the refusal tells
 * the controller which, a line for each error.
 */
public final class PolicySubscriber implements Subscriber {
    private final Policies policies;

    public PolicySubscriber(Policies policies) {
        this.policies = policies;
    }

    @Override
    public Verdict take(Update update) {
        List<PolicyText> texts = new ArrayList<>();
        Map<String, String> problems = new HashMap<>();
        for (Resource resource : update.changed()) {
            try {
                PolicyText text = text(WafPolicy.parseFrom(resource.any().getValue()));
                if (text.name().equals(resource.name())) {
                    texts.add(text);
                } else {
                    problems.put(resource.name(), "name: \"" + text.name() + "\" (expected: that of its resource)");
                }
            } catch (InvalidProtocolBufferException e) {
                problems.put(resource.name(), "no WafPolicy: " + e.getMessage());
            }
        }
        policies.update(texts, update.removed())
                .forEach((name, errors) -> problems.put(name, String.join("\n", errors)));
        return Verdict.of(problems);
    }

    /** What a resource says. */
    public static PolicyText text(WafPolicy policy) {
        Map<String, Bytes> files = new HashMap<>();
        policy.getFilesList()
                .forEach(file ->
                        files.put(file.getName(), Bytes.of(file.getContent().toByteArray())));
        return new PolicyText(
                policy.getName(),
                variant(policy, policy.getMode(), policy.getSourcesList(), files),
                policy.getFailureMode() == WafPolicy.FailureMode.OPEN,
                policy.getHostsList().stream()
                        .map(host -> new PolicyText.Host(
                                host.getHostnamesList(), variant(policy, host.getMode(), host.getSourcesList(), files)))
                        .toList(),
                policy.getPartial());
    }

    private static PolicyText.Variant variant(
            WafPolicy policy, WafPolicy.Mode mode, List<WafPolicy.Source> sources, Map<String, Bytes> files) {
        List<Source> texts = sources.stream()
                .map(source -> new Source(source.getName(), source.getText()))
                .toList();
        return new PolicyText.Variant(engineMode(mode), new RuleText(texts, files, policy.getCoreRuleSet()));
    }

    private static Optional<EngineMode> engineMode(WafPolicy.Mode mode) {
        return switch (mode) {
            case OFF -> Optional.of(EngineMode.OFF);
            case DETECT_ONLY -> Optional.of(EngineMode.DETECTION_ONLY);
            case AS_WRITTEN -> Optional.empty();
            case ENFORCE, MODE_UNSPECIFIED, UNRECOGNIZED -> Optional.of(EngineMode.ON);
        };
    }
}
