package dev.gatehouse.waf.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.gatehouse.api.waf.v1.WafPolicy;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.Policy;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Update;
import dev.gatehouse.xdsclient.Verdict;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicySubscriberTest {
    private final Policies policies = new Policies();
    private final PolicySubscriber subscriber = new PolicySubscriber(policies);

    private static Resource policy(String name, WafPolicy.Mode mode, String directives) {
        WafPolicy policy = WafPolicy.newBuilder()
                .setName(name)
                .setMode(mode)
                .addSources(
                        WafPolicy.Source.newBuilder().setName("directives[0]").setText(directives))
                .build();
        return new Resource(name, "1", Any.pack(policy));
    }

    @Test
    void theModeOverridesTheDirectives() {
        assertThat(subscriber.take(Update.of(
                        policy("a/enforce", WafPolicy.Mode.ENFORCE, "SecRuleEngine Off"),
                        policy("a/detect", WafPolicy.Mode.DETECT_ONLY, "SecRuleEngine On"),
                        policy("a/off", WafPolicy.Mode.OFF, "SecRuleEngine On"))))
                .isEqualTo(new Verdict.Accepted());
        assertThat(mode("a/enforce")).isEqualTo(EngineMode.ON);
        assertThat(mode("a/detect")).isEqualTo(EngineMode.DETECTION_ONLY);
        assertThat(mode("a/off")).isEqualTo(EngineMode.OFF);
    }

    private EngineMode mode(String name) {
        return ((Policy.Ready) policies.find(name)).rules("shop.example").mode();
    }

    @Test
    void aRefusalNamesEachBadPolicyWithThePlace() {
        Resource garbage = new Resource(
                "a/garbage",
                "1",
                Any.newBuilder()
                        .setTypeUrl(TypeUrls.WAF)
                        .setValue(ByteString.copyFromUtf8("\177"))
                        .build());
        Verdict verdict = subscriber.take(Update.of(
                garbage,
                policy("a/bad", WafPolicy.Mode.ENFORCE, "SecRule ARGS \"@rx (\" \"id:1\""),
                policy("a/good", WafPolicy.Mode.ENFORCE, "")));
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Rejected.class,
                        rejected -> assertThat(rejected.message().lines())
                                .satisfiesExactly(
                                        line -> assertThat(line)
                                                .startsWith(
                                                        "a/bad: directives[0]:1:19: \"(\" is no regular expression"),
                                        line -> assertThat(line).startsWith("a/garbage: no WafPolicy")));
        assertThat(policies.find("a/good")).isInstanceOf(Policy.Ready.class);
    }

    @Test
    void aPolicyUnderTheNameOfAnotherIsRefused() {
        WafPolicy other = WafPolicy.newBuilder().setName("b/theirs").build();
        assertThat(subscriber.take(Update.of(new Resource("a/mine", "1", Any.pack(other)))))
                .isEqualTo(
                        new Verdict.Rejected(Map.of("a/mine", "name: \"b/theirs\" (expected: that of its resource)")));
        assertThat(policies.find("b/theirs")).isEqualTo(new Policy.Unusable("b/theirs", "unknown_policy"));
    }
}
