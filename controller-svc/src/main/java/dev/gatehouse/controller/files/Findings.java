package dev.gatehouse.controller.files;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.gatewayapi.EnvoyPatchPolicy;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.Listener;
import dev.gatehouse.gatewayapi.ListenerSet;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ParentReference;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns bad conditions and warnings in statuses into problems with the file, line and column of the field. */
public final class Findings {
    private static final Pattern PATH = Pattern.compile("^(spec\\.[A-Za-z0-9_.\\[\\]]+): (.*)$");
    /** A field at the beginning of a warning, such as {@code spec.compression is deprecated}. */
    private static final Pattern WARNED_PATH = Pattern.compile("^(spec\\.[A-Za-z0-9_.\\[\\]]+):? (.*)$");
    /** A warning about an EnvoyProxy, in the status of a Gateway that uses it. */
    private static final Pattern OF_PROXY = Pattern.compile("^EnvoyProxy ([^/ ]+)/([^/: ]+): (.*)$");

    private static final String HTTP3 = "HTTP/3 ";
    /** The border between the warnings that a condition's message joins. */
    private static final Pattern NEXT_WARNING = Pattern.compile("; (?=EnvoyProxy |spec\\.|" + HTTP3 + ")");
    /** A message of waf-svc about a policy's rules, such as {@code shop/cart: directives[0]:2:3: unknown directive}. */
    private static final Pattern RULE = Pattern.compile("^\\S+: ([^:]+):(\\d{1,9}):(\\d{1,9}): (.*)$");

    private static final List<String> BAD_WHEN_FALSE = List.of(Conditions.ACCEPTED, Conditions.RESOLVED_REFS);

    private final Map<ObjectRef, Found<?>> objects;
    private final Set<ObjectKey> gateways;
    private final List<Problem> ofTexts;
    private final List<Problem> problems = new ArrayList<>();

    private Findings(Map<ObjectRef, Found<?>> objects, Set<ObjectKey> gateways, List<Problem> ofTexts) {
        this.objects = objects;
        this.gateways = gateways;
        this.ofTexts = ofTexts;
    }

    /**
     * The problems of objects that were read without a problem of their own.
     *
     * @param gateways the Gateways that are served
     * @param ofTexts the problems found while reading the texts; a warning about a field with such a problem is left out
     */
    public static List<Problem> of(
            Map<ObjectRef, Found<?>> objects,
            Map<ObjectRef, ObjectStatus> statuses,
            Set<ObjectKey> gateways,
            List<Problem> ofTexts) {
        Findings findings = new Findings(objects, gateways, ofTexts);
        for (Found<?> found : objects.values()) {
            findings.parents(found);
            if (found.resource().spec() instanceof RouteSpec route
                    && route.usesDefaultGateways()
                    && route.parents().isEmpty()
                    && !statuses.containsKey(found.ref())) {
                findings.add(
                        found,
                        "spec.useDefaultGateways",
                        "no Gateway with defaultScope All has a listener that allows the route; nothing is served");
            }
        }
        statuses.forEach((ref, status) -> {
            Found<?> found = objects.get(ref);
            if (found != null) {
                if (ref.kind().equals(Kinds.ENVOY_PROXY.name())) {
                    findings.ofProxy(found, status);
                } else {
                    findings.status(found, status);
                }
            }
        });
        return List.copyOf(findings.problems);
    }

    /** Reports parents that no controller serves. The route's status has no entry for such a parent. */
    private void parents(Found<?> found) {
        switch (found.resource().spec()) {
            case Gateway gateway
            when !gateways.contains(found.resource().key()) ->
                add(
                        found,
                        "spec.gatewayClassName",
                        "GatewayClass \"" + gateway.gatewayClassName()
                                + "\" is not there, or another controller's (expected: teg, gatehouse, or a GatewayClass"
                                + " in the files)");
            case RouteSpec route -> {
                for (int i = 0; i < route.parents().size(); i++) {
                    parent(found, route.parents().get(i), "spec.parentRefs[" + i + "]");
                }
                if (route.parents().isEmpty() && !route.usesDefaultGateways()) {
                    add(found, "spec.parentRefs", "is empty (expected: a Gateway or ListenerSet); nothing is served");
                }
            }
            case ListenerSet set -> parent(found, set.parent(), "spec.parentRef");
            default -> {
                // Objects of other kinds have no parents.
            }
        }
    }

    /**
     * Reports the problems of an EnvoyProxy's own fields at these fields, once, whatever the number of its Gateways. The
     * Gateways and GatewayClasses that refer to it say that they cannot use it, and report its other problems.
     */
    private void ofProxy(Found<?> found, ObjectStatus status) {
        String own = found.ref().kind() + " " + found.resource().key() + ": ";
        if (status instanceof ObjectStatus.Ancestors ancestors) {
            ancestors.ancestors().stream()
                    .flatMap(each -> each.conditions().stream())
                    .filter(condition -> condition.type().equals(Conditions.ACCEPTED)
                            && condition.status() == Condition.Status.False
                            && condition.message().startsWith(own))
                    .flatMap(condition ->
                            condition.message().substring(own.length()).lines())
                    .forEach(line -> {
                        Matcher named = PATH.matcher(line);
                        add(found, named.matches() ? named.group(1) : "spec", named.matches() ? named.group(2) : line);
                    });
        }
    }

    private void parent(Found<?> found, ParentReference parent, String path) {
        ObjectKey key = parent.key(found.resource().namespace());
        ObjectRef ref = new ObjectRef(parent.kind(), key.namespace(), key.name());
        boolean known = parent.group().equals(Kinds.GATEWAY_GROUP)
                && (parent.kind().equals("Gateway") || parent.kind().equals("ListenerSet"));
        if (!known) {
            add(
                    found,
                    path + ".kind",
                    "\"" + parent.kind() + "\" of group \"" + parent.group()
                            + "\" cannot be a parent (expected: Gateway or ListenerSet of " + Kinds.GATEWAY_GROUP
                            + ")");
        } else if (!objects.containsKey(ref)) {
            add(found, path + ".name", ref + " is not there (expected: the name of one that is)");
        }
    }

    private void status(Found<?> found, ObjectStatus status) {
        switch (status) {
            case ObjectStatus.OfClass own -> conditions(found, "", own.conditions());
            case ObjectStatus.Own own -> conditions(found, "", own.conditions());
            case ObjectStatus.Listeners own -> {
                conditions(
                        found,
                        "spec",
                        own.conditions().stream()
                                .filter(condition -> !condition.reason().equals("ListenersNotValid"))
                                .toList());
                for (ObjectStatus.ListenerStatus listener : own.listeners()) {
                    conditions(found, path(found, listener.name()), listener.conditions());
                }
            }
            case ObjectStatus.Parents route -> {
                int named = found.resource().spec() instanceof RouteSpec spec
                        ? spec.parents().size()
                        : route.parents().size();
                for (int i = 0; i < route.parents().size(); i++) {
                    conditions(
                            found,
                            i < named ? "spec.parentRefs[" + i + "]" : "spec.useDefaultGateways",
                            route.parents().get(i).conditions());
                }
            }
            case ObjectStatus.Ancestors policy -> {
                boolean one = found.resource().spec() instanceof EnvoyPatchPolicy;
                for (int i = 0; i < policy.ancestors().size(); i++) {
                    conditions(
                            found,
                            one ? "spec.targetRef" : "spec.targetRefs[" + i + "]",
                            policy.ancestors().get(i).conditions());
                }
            }
        }
    }

    /** The path of the listener with this name in its Gateway or ListenerSet. */
    static String path(Found<?> found, String listener) {
        List<Listener> listeners = switch (found.resource().spec()) {
            case Gateway gateway -> gateway.listeners();
            case ListenerSet set -> set.listeners();
            default -> List.of();
        };
        int index = listeners.stream().map(Listener::name).toList().indexOf(listener);
        return "spec.listeners[" + Math.max(index, 0) + "]";
    }

    private void conditions(Found<?> found, String path, List<Condition> conditions) {
        for (Condition condition : conditions) {
            if (condition.type().equals(Conditions.WARNING) && condition.holds()) {
                NEXT_WARNING.splitAsStream(condition.message()).forEach(message -> warn(found, path, message));
            }
            // Programmed depends on proxies, so it is no problem of the files. Only for an EnvoyPatchPolicy does it
            // tell of the object: an invalid patch is left out before it reaches proxies.
            boolean unserved = BAD_WHEN_FALSE.contains(condition.type())
                    || condition.type().equals(Conditions.PROGRAMMED)
                            && found.resource().spec() instanceof EnvoyPatchPolicy;
            boolean bad = unserved && condition.status() == Condition.Status.False
                    || condition.type().equals("PartiallyInvalid") && condition.holds();
            if (bad) {
                condition.message().replaceFirst("^Dropped Rule: ", "").lines().forEach(line -> {
                    Matcher named = PATH.matcher(line);
                    if (rule(found, line)) {
                        return;
                    }
                    if (named.matches()) {
                        add(found, named.group(1), named.group(2));
                    } else {
                        add(found, path, line);
                    }
                });
            }
        }
    }

    /** Adds a warning once, whatever the number of ancestors, listeners and Gateways that have it in their status. */
    private void warn(Found<?> found, String path, String message) {
        Matcher proxy = OF_PROXY.matcher(message);
        Found<?> owner = found;
        String text = message;
        if (proxy.matches()) {
            Found<?> named =
                    objects.get(ObjectRef.of(Kinds.ENVOY_PROXY, new ObjectKey(proxy.group(1), proxy.group(2))));
            if (named != null) {
                owner = named;
                text = proxy.group(3);
            }
        }
        Matcher field = WARNED_PATH.matcher(text);
        Problem warning = field.matches()
                ? warning(owner, field.group(1), field.group(2))
                : warning(owner, owner != found ? "" : text.startsWith(HTTP3) ? "spec.http3" : path, text);
        boolean told = ofTexts.stream()
                        .anyMatch(each -> each.object().equals(warning.object())
                                && each.path().equals(warning.path()))
                || problems.stream()
                        .anyMatch(each -> each.object().equals(warning.object())
                                && each.message().equals(warning.message()));
        if (!told) {
            add(warning);
        }
    }

    private static Problem warning(Found<?> found, String path, String message) {
        return new Problem(
                Problem.Severity.WARNING,
                found.document().locate(path),
                found.ref().toString(),
                path,
                message);
    }

    private boolean rule(Found<?> found, String line) {
        Matcher rule = RULE.matcher(line);
        if (!found.ref().kind().equals(Kinds.WAF_POLICY.name()) || !rule.matches()) {
            return false;
        }
        Optional<Problem> problem = new RulePlaces(objects)
                .problem(
                        Problem.Severity.ERROR,
                        found.ref(),
                        rule.group(1),
                        Integer.parseInt(rule.group(2)),
                        Integer.parseInt(rule.group(3)),
                        rule.group(4));
        problem.ifPresent(this::add);
        return problem.isPresent();
    }

    private void add(Found<?> found, String path, String message) {
        add(new Problem(
                Problem.Severity.ERROR,
                found.document().locate(path),
                found.ref().toString(),
                path,
                message));
    }

    private void add(Problem problem) {
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }
}
