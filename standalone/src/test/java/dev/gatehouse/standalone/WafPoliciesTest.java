package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.waf.crs.InstalledRuleSets;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.PolicyMetrics;
import dev.gatehouse.waf.xds.PolicySubscriber;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Update;
import dev.gatehouse.xdsclient.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the controller writes for a WAFPolicy is SecLang that waf-svc takes. */
class WafPoliciesTest {
    @ParameterizedTest
    @ValueSource(strings = {"examples/waf", "examples/protect", "controller-svc/src/test/resources/golden/waf/in.yaml"})
    void theyCompile(String files) {
        InstalledRuleSets rules = new InstalledRuleSets(Optional.empty());
        Assumptions.assumeFalse(rules.versions().isEmpty(), "this build has no Core Rule Set");
        CalloutAddress anywhere = new CalloutAddress("localhost", 18000);
        Path path = ChildJvm.repository().resolve(files);
        OfflineTranslation translation = OfflineTranslation.of(
                List.of(path),
                new Settings(
                        List.of(Settings.CONTROLLER_NAME),
                        Settings::shiftPrivileged,
                        new Settings.Callouts(anywhere, anywhere, anywhere)));
        List<Resource> policies = new ArrayList<>();
        translation.translator().resources().forEach((id, output) -> {
            if (id.typeUrl().equals(TypeUrls.WAF)) {
                policies.add(new Resource(id.name(), "1", Any.pack(output.message())));
            }
        });
        assertThat(policies).isNotEmpty();
        assertThat(new PolicySubscriber(new Policies(rules, PolicyMetrics.NONE)).take(new Update(policies, Set.of())))
                .isEqualTo(new Verdict.Accepted());
    }
}
