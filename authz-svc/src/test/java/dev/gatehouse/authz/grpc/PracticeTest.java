package dev.gatehouse.authz.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.authz.basic.PasswordChecks;
import dev.gatehouse.authz.basic.SlowHashes;
import dev.gatehouse.authz.oidc.SignOns;
import dev.gatehouse.authz.xds.PolicySubscriber;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Update;
import dev.gatehouse.xdsclient.Verdict;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class PracticeTest {
    @Test
    void thePoliciesOfTheWarmUpAreRight() {
        for (AccessPolicy policy : Practice.policies()) {
            PolicySubscriber subscriber = new PolicySubscriber(
                    new PasswordChecks(
                            new SlowHashes((a, b) -> false, Runnable::run, (a, b) -> false, Runnable::run),
                            new byte[32],
                            Duration.ofNanos(1),
                            1,
                            InstantSource.system()),
                    SignOns.unconnected(InstantSource.system(), new SecureRandom()));
            Resource resource = new Resource(policy.getName(), "1", com.google.protobuf.Any.pack(policy));
            assertThat(subscriber.take(Update.of(resource))).isEqualTo(new Verdict.Accepted());
        }
    }
}
