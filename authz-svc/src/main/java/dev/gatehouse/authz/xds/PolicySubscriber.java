package dev.gatehouse.authz.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.authz.basic.PasswordChecks;
import dev.gatehouse.authz.oidc.SignOns;
import dev.gatehouse.authz.policy.InvalidPolicy;
import dev.gatehouse.authz.policy.Policies;
import dev.gatehouse.authz.policy.Policy;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Subscriber;
import dev.gatehouse.xdsclient.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
    private Map<String, Policy> byName = Map.of();
    private volatile Optional<Policies> policies = Optional.empty();

    public PolicySubscriber(PasswordChecks passwords, SignOns signOns) {
        this.passwords = passwords;
        this.signOns = signOns;
    }

    /** Reads a resource's name from its bytes, for servers that send it without a wrapper. */
    public static String name(Any any) {
        try {
            return AccessPolicy.parseFrom(any.getValue()).getName();
        } catch (InvalidProtocolBufferException e) {
            return "";
        }
    }

    /** Empty: nothing was received yet. */
    public Optional<Policies> policies() {
        return policies;
    }

    @Override
    public Verdict take(List<Resource> resources) {
        Map<String, Policy> next = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        for (Resource resource : resources) {
            try {
                Policy policy =
                        PolicyReader.read(AccessPolicy.parseFrom(resource.any().getValue()), passwords, signOns);
                if (!policy.name().equals(resource.name())) {
                    throw new InvalidPolicy("name", "\"" + policy.name() + "\"", "that of its resource");
                }
                next.put(resource.name(), policy);
            } catch (InvalidProtocolBufferException e) {
                problems.add(resource.name() + ": " + e.getMessage() + " (expected: an AccessPolicy)");
                keepLastGood(resource.name(), next);
            } catch (InvalidPolicy e) {
                problems.add(resource.name() + ": " + e.getMessage());
                keepLastGood(resource.name(), next);
            }
        }
        byName = Map.copyOf(next);
        policies = Optional.of(Policies.of(next.values()));
        return problems.isEmpty() ? new Verdict.Accepted() : new Verdict.Rejected(String.join("; ", problems));
    }

    private void keepLastGood(String name, Map<String, Policy> next) {
        Policy last = byName.get(name);
        if (last != null) {
            next.put(name, last);
        }
    }
}
