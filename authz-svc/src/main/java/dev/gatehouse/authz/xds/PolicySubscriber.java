package dev.gatehouse.authz.xds;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.authz.basic.PasswordChecks;
import dev.gatehouse.authz.oidc.SignOns;
import dev.gatehouse.authz.policy.InvalidPolicy;
import dev.gatehouse.authz.policy.Policies;
import dev.gatehouse.authz.policy.Policy;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Subscriber;
import dev.gatehouse.xdsclient.Update;
import dev.gatehouse.xdsclient.Verdict;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Holds the policies in use. Of a push, every resource that is right is used; one that is not leaves its last good version in use and
 * is named in the refusal. A policy that never was right is unknown, and what it protects stays closed. {@link #policies} is safe for
 * any thread.
 */
public final class PolicySubscriber implements Subscriber {
    private final PasswordChecks passwords;
    private final SignOns signOns;
    private final Map<String, Policy> byName = new HashMap<>();
    private volatile Optional<Policies> policies = Optional.empty();

    public PolicySubscriber(PasswordChecks passwords, SignOns signOns) {
        this.passwords = passwords;
        this.signOns = signOns;
    }

    /** Empty: nothing was received yet. */
    public Optional<Policies> policies() {
        return policies;
    }

    @Override
    public Verdict take(Update update) {
        Map<String, String> problems = new HashMap<>();
        byName.keySet().removeAll(update.removed());
        for (Resource resource : update.changed()) {
            try {
                Policy policy =
                        PolicyReader.read(AccessPolicy.parseFrom(resource.any().getValue()), passwords, signOns);
                if (!policy.name().equals(resource.name())) {
                    throw new InvalidPolicy("name", "\"" + policy.name() + "\"", "that of its resource");
                }
                byName.put(resource.name(), policy);
            } catch (InvalidProtocolBufferException e) {
                problems.put(resource.name(), e.getMessage() + " (expected: an AccessPolicy)");
            } catch (InvalidPolicy e) {
                problems.put(resource.name(), String.valueOf(e.getMessage()));
            }
        }
        policies = Optional.of(Policies.of(byName.values()));
        return Verdict.of(problems);
    }
}
