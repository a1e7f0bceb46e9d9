package dev.gatehouse.authz.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.authz.request.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class AccessControlTest {
    private static final HttpRequest REQUEST =
            new HttpRequest("GET", "h", "/", Map.of("X-User", "spoofed", "x_user", "spoofed", "other", "1"));

    private record Fixed(Verdict verdict) implements Check {
        @Override
        public String kind() {
            return "fixed";
        }

        @Override
        public Set<String> identityHeaders() {
            return Set.of("x-user");
        }

        @Override
        public CompletionStage<Verdict> check(HttpRequest request) {
            return CompletableFuture.completedFuture(verdict);
        }
    }

    private static final Check PASS = new Fixed(
            new Verdict.Passed("alice", new Changes(Map.of("x-user", "alice"), Set.of("x-api-key"), List.of("k"))));
    private static final Check PASS_SILENTLY = new Fixed(new Verdict.Passed("bob", Changes.NONE));
    private static final Check DENY =
            new Fixed(new Verdict.Denied(Reason.KEY_UNKNOWN, Optional.of("ApiKey"), Optional.empty()));

    private static Decision decide(Optional<Policies> policies, String named) {
        return AccessControl.decide(policies, Optional.ofNullable(named.isEmpty() ? null : named), REQUEST)
                .toCompletableFuture()
                .join();
    }

    private static Decision decide(Check... checks) {
        return decide(Optional.of(Policies.of(List.of(new Policy("ns/p", List.of(checks))))), "ns/p");
    }

    private static Reason reason(Decision decision) {
        return ((Decision.Denied) decision).reason();
    }

    @Test
    void whateverIsNotClearIsDenied() {
        assertThat(reason(decide(Optional.of(Policies.of(List.of())), ""))).isEqualTo(Reason.NO_POLICY_NAMED);
        assertThat(reason(decide(Optional.empty(), "ns/p"))).isEqualTo(Reason.NOT_CONFIGURED);
        assertThat(reason(decide(Optional.of(Policies.of(List.of())), "ns/p"))).isEqualTo(Reason.UNKNOWN_POLICY);
    }

    @Test
    void everyCheckHasToBePassed() {
        assertThat(decide(PASS, PASS)).isInstanceOf(Decision.Allowed.class);
        assertThat(reason(decide(PASS, DENY))).isEqualTo(Reason.KEY_UNKNOWN);
        assertThat(reason(decide(DENY, PASS))).isEqualTo(Reason.KEY_UNKNOWN);
    }

    @Test
    void aPolicyOfNoChecksCannotBe() {
        assertThatThrownBy(() -> new Policy("ns/p", List.of())).hasMessageContaining("at least one");
    }

    @Test
    void imitationsOfTheIdentityHeaderAreRemovedAndTheRealOneIsSet() {
        Decision.Allowed allowed = (Decision.Allowed) decide(PASS);
        assertThat(allowed.changes().set()).containsOnly(Map.entry("x-user", "alice"));
        assertThat(allowed.changes().remove()).containsExactlyInAnyOrder("x_user", "x-api-key");
    }

    @Test
    void whereNoIdentityIsSetTheClientsOwnIsRemovedToo() {
        Decision.Allowed allowed = (Decision.Allowed) decide(PASS_SILENTLY);
        assertThat(allowed.changes().remove()).containsExactlyInAnyOrder("x-user", "x_user");
    }
}
