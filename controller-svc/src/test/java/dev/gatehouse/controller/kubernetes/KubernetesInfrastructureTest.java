package dev.gatehouse.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.infrastructure.Infrastructure;
import dev.gatehouse.controller.infrastructure.KubernetesObject;
import dev.gatehouse.gatewayapi.ObjectKey;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KubernetesInfrastructureTest {
    private final Server server = new Server();
    private final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
    private volatile boolean leads = true;

    @AutoClose
    private final KubernetesInfrastructure infrastructure = new KubernetesInfrastructure(
            server,
            () -> leads,
            (fleet, refusal, unmade) ->
                    outcomes.add(fleet + ": " + refusal.or(() -> unmade).orElse("applied")),
            InstantSource.system());

    @Test
    void onlyTheLeaderWrites() throws InterruptedException {
        leads = false;
        infrastructure.start();
        infrastructure.wanted(Map.of("a/b", desired("one")));
        assertThat(server.calls.poll(300, TimeUnit.MILLISECONDS)).isNull();
        leads = true;
        infrastructure.lead();
        assertThat(server.next()).isEqualTo("apply a/b one");
        assertThat(outcomes.take()).isEqualTo("a/b: applied");
    }

    @Test
    void whatDidNotChangeIsNotWrittenAgain() throws InterruptedException {
        infrastructure.start();
        infrastructure.wanted(Map.of("a/b", desired("one")));
        assertThat(server.next()).isEqualTo("apply a/b one");
        infrastructure.wanted(Map.of("a/b", desired("one"), "c/d", desired("two")));
        assertThat(server.next()).isEqualTo("apply c/d two");
    }

    @Test
    void aRefusalIsToldAndTriedAgainAndHoldsUpNobody() throws InterruptedException {
        server.failures.put("a/bad", new FleetWriter.Refused("Deployment: no"));
        infrastructure.start();
        infrastructure.wanted(Map.of("a/bad", desired("one"), "a/good", desired("two")));
        assertThat(Set.of(outcomes.take(), outcomes.take()))
                .containsExactlyInAnyOrder("a/bad: Deployment: no", "a/good: applied");
        server.failures.clear();
        assertThat(outcomes.take()).isEqualTo("a/bad: applied");
    }

    @Test
    void anApiServerThatIsAwayIsNoRefusal() throws InterruptedException {
        server.failures.put("a/b", new KubernetesClientException("connection refused"));
        infrastructure.start();
        infrastructure.wanted(Map.of("a/b", desired("one")));
        assertThat(server.next()).isEqualTo("apply a/b one");
        assertThat(outcomes).isEmpty();
        server.failures.clear();
        assertThat(outcomes.take()).isEqualTo("a/b: applied");
    }

    @Test
    void aFleetThatIsNotWantedAnyMoreGoesIfItsGatewayIsGone() throws InterruptedException {
        infrastructure.start();
        infrastructure.wanted(Map.of("a/b", desired("one")));
        assertThat(server.next()).isEqualTo("apply a/b one");
        infrastructure.wanted(Map.of());
        assertThat(server.next()).isEqualTo("delete a/b if gone");
    }

    @Test
    void fleetsFromBeforeThisProcessGoWithTheirGateways() throws InterruptedException {
        server.existing = Set.of("old/gone", "a/b");
        infrastructure.wanted(Map.of("a/b", desired("one")));
        infrastructure.start();
        assertThat(server.next()).isEqualTo("delete old/gone if gone");
        assertThat(server.next()).isEqualTo("apply a/b one");
    }

    @Test
    void whatCannotBeMadeLeavesWhatRuns() throws InterruptedException {
        infrastructure.start();
        infrastructure.wanted(Map.of("a/b", desired("one")));
        assertThat(server.next()).isEqualTo("apply a/b one");
        infrastructure.wanted(Map.of("a/b", new Infrastructure.Invalid("a field")));
        infrastructure.wanted(Map.of("a/b", new Infrastructure.Kept()));
        assertThat(server.calls.poll(300, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void podsThatTheClusterCannotMakeAreToldUntilItCan() throws InterruptedException {
        infrastructure.start();
        infrastructure.wanted(Map.of("a/b", desired("one")));
        assertThat(outcomes.take()).isEqualTo("a/b: applied");
        server.unmade = Optional.of("Deployment one: its pods cannot be made: forbidden");
        assertThat(outcomes.take()).isEqualTo("a/b: Deployment one: its pods cannot be made: forbidden");
        server.unmade = Optional.empty();
        assertThat(outcomes.take()).isEqualTo("a/b: applied");
        assertThat(server.calls).containsExactly("apply a/b one");
    }

    private static Infrastructure desired(String name) {
        return new Infrastructure.Desired(
                List.of(new KubernetesObject("v1", "Service", new ObjectKey("ns", name), Map.of("kind", "Service"))));
    }

    /** An API server that writes down what it is asked. */
    private static final class Server implements FleetWriter {
        final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
        final Map<String, Exception> failures = new ConcurrentHashMap<>();
        volatile Set<String> existing = Set.of();
        volatile Optional<String> unmade = Optional.empty();

        String next() throws InterruptedException {
            return Optional.ofNullable(calls.poll(20, TimeUnit.SECONDS)).orElse("nothing");
        }

        @Override
        public void apply(String fleet, List<KubernetesObject> objects) throws Refused {
            calls.add("apply " + fleet + " " + objects.getFirst().key().name());
            switch (failures.get(fleet)) {
                case null -> {}
                case Refused refused -> throw refused;
                case KubernetesClientException away -> throw away;
                case Exception other -> throw new IllegalStateException(other);
            }
        }

        @Override
        public Optional<String> unmadePods(List<KubernetesObject> objects) {
            return unmade;
        }

        @Override
        public void deleteOthers(String fleet, List<KubernetesObject> objects) {}

        @Override
        public void deleteIfGone(String fleet) {
            calls.add("delete " + fleet + " if gone");
        }

        @Override
        public Set<String> existingFleets() {
            return existing;
        }
    }
}
