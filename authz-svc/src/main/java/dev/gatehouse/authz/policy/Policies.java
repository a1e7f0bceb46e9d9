package dev.gatehouse.authz.policy;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Every policy, by name. Immutable: a new configuration is a new set. */
public final class Policies {
    private final Map<String, Policy> byName;

    private Policies(Map<String, Policy> byName) {
        this.byName = Map.copyOf(byName);
    }

    public static Policies of(Collection<Policy> policies) {
        Map<String, Policy> byName = new HashMap<>();
        policies.forEach(policy -> byName.put(policy.name(), policy));
        return new Policies(byName);
    }

    public Optional<Policy> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    public int size() {
        return byName.size();
    }
}
