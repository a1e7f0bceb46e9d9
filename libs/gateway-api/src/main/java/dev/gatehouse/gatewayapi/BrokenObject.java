package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An object that exists and cannot be read. Its readable part names the object's parents, so that a status can report
 * the problem, and the targets that it protects, so that they are not left open.
 *
 * @param owner the Gateway's gatewayClassName, or the GatewayClass's controllerName
 * @param parents a route's parents, or a ListenerSet's
 * @param targets a policy's targets
 * @param selectors a policy's targets by labels
 * @param deprecated the deprecated target fields in use, as {@link TargetedPolicy#deprecated}
 * @param route the readable part of a route, which is used for its status and is not served
 * @param problems at least one
 */
public record BrokenObject(
        Metadata metadata,
        Optional<String> owner,
        List<ParentReference> parents,
        List<PolicyTarget> targets,
        List<TargetSelector> selectors,
        List<String> deprecated,
        Optional<RouteSpec> route,
        List<Problem> problems) {
    public BrokenObject {
        parents = List.copyOf(parents);
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
        deprecated = List.copyOf(deprecated);
        problems = List.copyOf(problems);
    }

    /** The problems in one text, each with its field. */
    public String message() {
        StringBuilder text = new StringBuilder();
        for (Problem problem : problems) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append(problem.path())
                    .append(problem.path().isEmpty() ? "" : ": ")
                    .append(problem.message());
        }
        return text.toString();
    }

    private record Remains(
            Optional<String> owner,
            List<ParentReference> parents,
            List<PolicyTarget> targets,
            List<TargetSelector> selectors,
            List<String> deprecated) {
        static final Remains NONE = new Remains(Optional.empty(), List.of(), List.of(), List.of(), List.of());

        static Remains read(Fields spec) {
            List<ParentReference> parents = new ArrayList<>(spec.lenient().list("parentRefs", ParentReference::read));
            spec.object("parentRef", ParentReference::read).ifPresent(parents::add);
            return new Remains(
                    spec.string("gatewayClassName").or(() -> spec.string("controllerName")),
                    parents.stream().filter(parent -> !parent.name().isEmpty()).toList(),
                    PolicyTarget.readAll(spec).stream()
                            .filter(target -> !target.name().isEmpty())
                            .toList(),
                    spec.list("targetSelectors", TargetSelector::read),
                    PolicyTarget.deprecated(spec));
        }
    }

    /** @param rest the readable part of the object's {@code spec} */
    static BrokenObject read(Kind<?> kind, Node.Mapping object, Object rest, List<Problem> problems) {
        return Fields.read(object, "", "", _ -> {}, fields -> {
            Metadata metadata =
                    fields.lenient().requiredObject("metadata", each -> Metadata.read(each, kind.namespaced()));
            Remains remains = fields.object("spec", Remains::read).orElse(Remains.NONE);
            return new BrokenObject(
                    metadata,
                    remains.owner(),
                    remains.parents(),
                    remains.targets(),
                    remains.selectors(),
                    remains.deprecated(),
                    rest instanceof RouteSpec route ? Optional.of(route) : Optional.empty(),
                    problems);
        });
    }
}
