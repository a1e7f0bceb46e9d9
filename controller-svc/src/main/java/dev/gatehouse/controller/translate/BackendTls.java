package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.BackendResolver.TlsVerdict;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.gateway.GatewayResolver;
import dev.gatehouse.controller.gateway.GatewayResolver.CertificateCheck;
import dev.gatehouse.controller.policy.PolicyIndex;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.controller.status.AncestorConditions;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.gatewayapi.BackendTlsPolicy;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.Service;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * BackendTLSPolicies: finds the effective policy of a backend's port, and makes the policies' statuses. A policy that
 * cannot be applied closes the backend, so that plain text never takes the place of the required TLS.
 */
final class BackendTls {
    private static final List<Kind<?>> TARGETS = List.of(Kinds.SERVICE, Kinds.SERVICE_IMPORT, Kinds.BACKEND);

    private final Inputs inputs;
    private final Collection<ObjectRef, SortedMap<ObjectKey, Resource<BackendTlsPolicy>>> byBackend;

    /** The unreadable policies, by target. */
    private final Collection<TargetKey, SortedMap<ObjectRef, Set<TargetKey>>> broken;

    private final Bundles bundles;

    /** Finds the CA certificates in an object of a kind. */
    interface Bundles {
        CertificateCheck check(Reads reads, String kind, ObjectKey key);
    }

    BackendTls(Graph graph, Inputs inputs, Bundles bundles) {
        this.inputs = inputs;
        this.bundles = bundles;
        Collection<ObjectRef, Set<TargetKey>> unreadable = graph.map(
                "tlsPolicies.unreadable",
                inputs.broken(),
                (reads, ref, policy) ->
                        ref.kind().equals(Kinds.BACKEND_TLS_POLICY.name()) && !inputs.isReadable(reads, ref)
                                ? Optional.of(Attached.keys(policy.targets(), ref.key()))
                                : Optional.empty());
        broken = graph.group("tlsPolicies.broken", unreadable, (_, targets) -> targets);
        byBackend = graph.group("tlsPolicies", inputs.of(Kinds.BACKEND_TLS_POLICY), (key, policy) -> {
            Set<ObjectRef> backends = new HashSet<>();
            policy.spec().targets().forEach(target -> backends.add(ref(target, key)));
            return backends;
        });
    }

    /** Why a policy cannot be applied, as one of its conditions that is false. */
    private record Problem(String type, String reason, String message) {}

    /** The backends that a policy names. */
    static Stream<ObjectRef> backends(Resource<BackendTlsPolicy> policy) {
        return policy.spec().targets().stream().map(target -> ref(target, policy.key()));
    }

    /**
     * The verdict of the policies on a port of {@code backend}.
     *
     * @param section the port's name; for a Backend, the port's number
     */
    TlsVerdict verdict(Reads reads, ObjectRef backend, Optional<String> section) {
        for (Optional<String> each : List.of(section, Optional.<String>empty())) {
            Optional<SortedMap<ObjectRef, Set<TargetKey>>> unreadable =
                    reads.get(broken, new TargetKey(backend.kind(), backend.key(), each));
            if (unreadable.isPresent()) {
                return new TlsVerdict.Broken(unreadable.get().firstKey() + " cannot be used; see its status.");
            }
        }
        List<Resource<BackendTlsPolicy>> all = policies(reads, backend);
        if (all.isEmpty()) {
            return new TlsVerdict.None();
        }
        Optional<Resource<BackendTlsPolicy>> counts = PolicyIndex.winner(all.stream()
                        .filter(policy -> section.isPresent() && names(policy, backend, section))
                        .toList())
                .or(() -> PolicyIndex.winner(all.stream()
                        .filter(policy -> names(policy, backend, Optional.empty()))
                        .toList()));
        // A policy for a section that the backend does not have may mean this port. So if no policy applies to the
        // port, each invalid one closes it.
        return counts.map(List::of).orElse(all).stream()
                .flatMap(policy -> problem(reads, policy, backend, counts.isPresent())
                        .map(problem -> new TlsVerdict.Broken("BackendTLSPolicy " + policy.key() + ": " + problem))
                        .stream())
                .findFirst()
                .<TlsVerdict>map(Function.identity())
                .orElseGet(() -> counts.<TlsVerdict>map(policy -> new TlsVerdict.Wanted(tls(policy)))
                        .orElse(new TlsVerdict.None()));
    }

    private Optional<String> problem(
            Reads reads, Resource<BackendTlsPolicy> policy, ObjectRef backend, boolean counts) {
        Optional<Problem> target = policy.spec().targets().stream()
                .filter(each -> ref(each, policy.key()).equals(backend))
                .flatMap(each -> targetProblem(reads, policy.key(), each).stream())
                .findFirst();
        return target.or(() -> counts ? authoritiesProblem(reads, policy) : Optional.empty())
                .map(problem -> problem.message() + ".");
    }

    private static ClusterSpec.Tls tls(Resource<BackendTlsPolicy> policy) {
        BackendTlsPolicy.Validation validation = policy.spec().validation();
        return ClusterSpec.Tls.of(
                validation.systemCertificates()
                        ? new ClusterSpec.Trust.System()
                        : new ClusterSpec.Trust.Authorities(ObjectRef.of(Kinds.BACKEND_TLS_POLICY, policy.key())),
                validation.hostname(),
                validation.subjectAltNames());
    }

    /** @param users the users of the policy's backends, each with the controller name of the Gateway's class */
    Optional<ObjectStatus> status(Reads reads, Resource<BackendTlsPolicy> policy, Map<BackendUses.User, String> users) {
        if (users.isEmpty()) {
            return Optional.empty();
        }
        List<Condition> conditions = conditions(reads, policy);
        AncestorConditions ancestors = new AncestorConditions();
        users.forEach((user, controller) ->
                conditions.forEach(condition -> ancestors.put(user.reference(), controller, condition)));
        return Optional.of(new ObjectStatus.Ancestors(policy.metadata().generation(), ancestors.statuses()));
    }

    private List<Condition> conditions(Reads reads, Resource<BackendTlsPolicy> policy) {
        Optional<ObjectKey> winner = winnerOver(reads, policy);
        if (winner.isPresent()) {
            return List.of(Condition.isFalse(
                    Conditions.ACCEPTED,
                    "Conflicted",
                    "BackendTLSPolicy " + winner.get() + " is for the same backend, and older."));
        }
        Condition resolved = Condition.isTrue(Conditions.RESOLVED_REFS, "ResolvedRefs", "All references are resolved.");
        Optional<Problem> target = policy.spec().targets().stream()
                .flatMap(each -> targetProblem(reads, policy.key(), each).stream())
                .findFirst();
        if (target.isPresent()) {
            Problem problem = target.get();
            return List.of(Condition.isFalse(problem.type(), problem.reason(), problem.message() + "."), resolved);
        }
        return authoritiesProblem(reads, policy)
                .map(problem -> List.of(
                        Condition.isFalse(Conditions.ACCEPTED, "NoValidCACertificate", problem.message() + "."),
                        Condition.isFalse(problem.type(), problem.reason(), problem.message() + ".")))
                .orElse(List.of(
                        Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The policy is accepted."), resolved));
    }

    private Optional<Problem> targetProblem(Reads reads, ObjectKey policy, BackendTlsPolicy.Target target) {
        boolean known = TARGETS.stream()
                .anyMatch(kind ->
                        kind.group().equals(target.group()) && kind.name().equals(target.kind()));
        if (!known) {
            return Optional.of(new Problem(
                    Conditions.ACCEPTED,
                    "Invalid",
                    "kind \"" + target.kind() + "\" of group \"" + target.group()
                            + "\" cannot be a target (expected: Service, ServiceImport of "
                            + Kinds.SERVICE_IMPORT.group() + ", or Backend of " + Kinds.BACKEND.group() + ")"));
        }
        Optional<List<String>> sections = sections(reads, ref(target, policy));
        return target.sectionName()
                .filter(name -> sections.isPresent() && !sections.get().contains(name))
                .map(name -> new Problem(
                        Conditions.ACCEPTED,
                        "TargetNotFound",
                        ref(target, policy) + " has no port \"" + name + "\" (it has: "
                                + String.join(", ", sections.orElse(List.of())) + ")"));
    }

    /** The section names that a policy may use for {@code backend}: its ports; empty: the backend does not exist. */
    private Optional<List<String>> sections(Reads reads, ObjectRef backend) {
        return switch (backend.kind()) {
            case "Service" ->
                reads.get(inputs.of(Kinds.SERVICE), backend.key())
                        .map(each -> names(each.spec().ports()));
            case "ServiceImport" ->
                reads.get(inputs.of(Kinds.SERVICE_IMPORT), backend.key())
                        .map(each -> names(each.spec().ports()));
            default ->
                reads.get(inputs.of(Kinds.BACKEND), backend.key())
                        .map(each -> each.spec().endpoints().stream()
                                .flatMap(member -> member.endpoint().portNumber().stream())
                                .map(String::valueOf)
                                .distinct()
                                .toList());
        };
    }

    private static List<String> names(List<Service.Port> ports) {
        return ports.stream().flatMap(port -> port.name().stream()).toList();
    }

    private Optional<Problem> authoritiesProblem(Reads reads, Resource<BackendTlsPolicy> policy) {
        return authoritiesProblem(reads, policy.spec().validation().caCertificateRefs(), policy.namespace());
    }

    /** Why the CAs of {@code references}, seen from {@code namespace}, cannot be used. */
    Optional<String> problem(Reads reads, List<ObjectReference> references, String namespace) {
        return authoritiesProblem(reads, references, namespace).map(Problem::message);
    }

    private Optional<Problem> authoritiesProblem(Reads reads, List<ObjectReference> references, String namespace) {
        for (ObjectReference reference : references) {
            ObjectKey key = reference.authoritiesKey(namespace);
            if (!reference.holdsAuthorities()) {
                return Optional.of(
                        new Problem(
                                Conditions.RESOLVED_REFS,
                                "InvalidKind",
                                "\"" + reference.kind()
                                        + "\" cannot hold CA certificates (expected: a ConfigMap, Secret or ClusterTrustBundle)"));
            }
            Optional<String> problem = switch (bundles.check(reads, reference.kind(), key)) {
                case CertificateCheck.Valid _ -> Optional.empty();
                case CertificateCheck.Discovered _ ->
                    references.size() == 1 ? Optional.empty() : Optional.of(GatewayResolver.DISCOVERED_ALONE);
                case CertificateCheck.Missing _ -> Optional.of("is not there");
                case CertificateCheck.Invalid invalid -> Optional.of(invalid.problem());
            };
            if (problem.isPresent()) {
                return Optional.of(new Problem(
                        Conditions.RESOLVED_REFS,
                        "InvalidCACertificateRef",
                        reference.kind() + " " + key + " " + problem.get()));
            }
        }
        return Optional.empty();
    }

    /** The effective policy of a backend that {@code policy} is also for; empty: {@code policy} is effective for all its backends. */
    private Optional<ObjectKey> winnerOver(Reads reads, Resource<BackendTlsPolicy> policy) {
        for (BackendTlsPolicy.Target target : policy.spec().targets()) {
            ObjectRef backend = ref(target, policy.key());
            Optional<ObjectKey> winner = PolicyIndex.winner(policies(reads, backend).stream()
                            .filter(rival -> names(rival, backend, target.sectionName()))
                            .toList())
                    .map(Resource::key)
                    .filter(key -> !key.equals(policy.key()));
            if (winner.isPresent()) {
                return winner;
            }
        }
        return Optional.empty();
    }

    private List<Resource<BackendTlsPolicy>> policies(Reads reads, ObjectRef backend) {
        return reads.get(byBackend, backend)
                .map(each -> List.copyOf(each.values()))
                .orElse(List.of());
    }

    private static boolean names(Resource<BackendTlsPolicy> policy, ObjectRef backend, Optional<String> section) {
        return policy.spec().targets().stream()
                .anyMatch(target -> ref(target, policy.key()).equals(backend)
                        && target.sectionName().equals(section));
    }

    private static ObjectRef ref(BackendTlsPolicy.Target target, ObjectKey policy) {
        return new ObjectRef(target.kind(), policy.namespace(), target.name());
    }
}
