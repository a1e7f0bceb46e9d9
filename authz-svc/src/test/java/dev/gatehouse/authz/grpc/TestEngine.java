package dev.gatehouse.authz.grpc;

import com.google.protobuf.Any;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.authz.audit.AuditEvent;
import dev.gatehouse.authz.audit.AuditTrail;
import dev.gatehouse.authz.basic.PasswordChecks;
import dev.gatehouse.authz.basic.SlowHashes;
import dev.gatehouse.authz.oidc.SignOnLog;
import dev.gatehouse.authz.oidc.SignOns;
import dev.gatehouse.authz.policy.Decision;
import dev.gatehouse.authz.policy.Subjects;
import dev.gatehouse.authz.redis.RedisSessionStore;
import dev.gatehouse.authz.seal.KeyRing;
import dev.gatehouse.authz.session.MemorySessionStore;
import dev.gatehouse.authz.session.Pause;
import dev.gatehouse.authz.session.SessionVault;
import dev.gatehouse.authz.spans.TracedProviderHttp;
import dev.gatehouse.authz.spans.TracedSessionStore;
import dev.gatehouse.authz.vertx.VertxProviderHttp;
import dev.gatehouse.authz.xds.PolicySubscriber;
import dev.gatehouse.redis.RedisSettings;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Update;
import dev.gatehouse.xdsclient.Verdict;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.stub.StreamObserver;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** One replica of authz-svc without Quarkus and without a network in front of it. */
public final class TestEngine implements AutoCloseable {
    private final MemorySessionStore memory;
    private final Optional<RedisSessionStore> redis;
    private final PolicySubscriber policies;
    private final Set<String> pushed = new HashSet<>();
    private final AuthorizationService service;
    private final List<SignOnLog.Event> events = new CopyOnWriteArrayList<>();
    private final List<AuditEvent> audit = new CopyOnWriteArrayList<>();
    private final List<Decision> decisions = new CopyOnWriteArrayList<>();
    private volatile KeyRing keys;

    public TestEngine(Vertx vertx, InstantSource clock, KeyRing keys, Optional<String> redisUrl) {
        this(vertx, clock, keys, redisUrl, Subjects.Form.PLAIN);
    }

    public TestEngine(
            Vertx vertx, InstantSource clock, KeyRing keys, Optional<String> redisUrl, Subjects.Form subjectForm) {
        this(vertx, clock, keys, redisUrl, subjectForm, Tracing.OFF);
    }

    public TestEngine(
            Vertx vertx,
            InstantSource clock,
            KeyRing keys,
            Optional<String> redisUrl,
            Subjects.Form subjectForm,
            Tracing tracing) {
        SecureRandom random = new SecureRandom();
        Subjects subjects = new Subjects(subjectForm, () -> new byte[32]);
        AuditTrail audit = new AuditTrail(subjects, clock, this.audit::add);
        this.keys = keys;
        Pause pause = duration -> vertx.timer(duration.toMillis(), TimeUnit.MILLISECONDS)
                .<Void>mapEmpty()
                .toCompletionStage();
        memory = new MemorySessionStore(1000, clock);
        redis = redisUrl.map(url -> new RedisSessionStore(
                vertx, new RedisSettings(url, Duration.ofSeconds(5), 1), "test:", InstantSource.system(), random));
        SignOns signOns = new SignOns(
                connection -> new TracedProviderHttp(new VertxProviderHttp(vertx, connection), tracing),
                new SessionVault(memory, 1000, clock, random, pause),
                redis.map(store ->
                        new SessionVault(new TracedSessionStore(store, "redis", tracing), 1000, clock, random, pause)),
                () -> this.keys,
                clock,
                random,
                (request, event) -> {
                    events.add(event);
                    audit.happened(request, event);
                });
        policies = new PolicySubscriber(
                new PasswordChecks(
                        new SlowHashes((a, b) -> false, Runnable::run, (a, b) -> false, Runnable::run),
                        new byte[32],
                        Duration.ofNanos(1),
                        1,
                        clock),
                signOns);
        service = new AuthorizationService(
                policies,
                (request, decision) -> {
                    decisions.add(decision);
                    audit.decided(request, decision);
                },
                subjects,
                tracing);
    }

    /** Pushes policies, and removes all others; the answer is what xds-svc would get. */
    public Verdict push(AccessPolicy... all) {
        List<Resource> changed = Arrays.stream(all)
                .map(policy -> new Resource(policy.getName(), "1", Any.pack(policy)))
                .toList();
        Set<String> gone = new HashSet<>(pushed);
        pushed.clear();
        changed.forEach(resource -> pushed.add(resource.name()));
        gone.removeAll(pushed);
        return policies.take(new Update(changed, gone));
    }

    public CompletableFuture<CheckResponse> check(CheckRequest request) {
        CompletableFuture<CheckResponse> answer = new CompletableFuture<>();
        service.check(request, new StreamObserver<>() {
            @Override
            public void onNext(CheckResponse response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                answer.completeExceptionally(new IllegalStateException("no answer"));
            }
        });
        return answer;
    }

    public void keys(KeyRing next) {
        keys = next;
    }

    public List<SignOnLog.Event> events() {
        return events;
    }

    public List<AuditEvent> audit() {
        return audit;
    }

    public List<Decision> decisions() {
        return decisions;
    }

    public MemorySessionStore memory() {
        return memory;
    }

    @Override
    public void close() {
        redis.ifPresent(RedisSessionStore::close);
    }
}
