package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Similarity;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads Kubernetes objects from YAML. A document with an error yields problems and no object; the others are not affected.
 * Does not throw for what a text holds.
 */
public final class ResourceReader {
    private static final List<String> PASSED_OVER = List.of(
            "v1/ServiceAccount",
            "v1/Pod",
            "apps/v1/Deployment",
            "apps/v1/DaemonSet",
            "apps/v1/StatefulSet",
            "batch/v1/Job",
            "batch/v1/CronJob",
            "policy/v1/PodDisruptionBudget",
            "autoscaling/v2/HorizontalPodAutoscaler",
            "networking.k8s.io/v1/NetworkPolicy",
            "rbac.authorization.k8s.io/v1/Role",
            "rbac.authorization.k8s.io/v1/RoleBinding",
            "rbac.authorization.k8s.io/v1/ClusterRole",
            "rbac.authorization.k8s.io/v1/ClusterRoleBinding",
            "apiextensions.k8s.io/v1/CustomResourceDefinition");

    private ResourceReader() {}

    /**
     * An object and the document it came from.
     *
     * @param document for finding the place of a field, and for showing the object again
     */
    public record Found<S>(Kind<S> kind, Resource<S> resource, Node.Mapping document) {
        /** The object's reference. */
        public ObjectRef ref() {
            return ObjectRef.of(kind, resource.key());
        }
    }

    /** An object that is there and cannot be read. */
    public record Broken(Kind<?> kind, BrokenObject object) {
        /** The object's reference. */
        public ObjectRef ref() {
            return ObjectRef.of(kind, object.metadata().key());
        }
    }

    /** The objects of a text, those that cannot be read, and what is wrong with it. */
    public record Result(List<Found<?>> found, List<Broken> broken, List<Problem> problems) {
        public Result {
            found = List.copyOf(found);
            broken = List.copyOf(broken);
            problems = List.copyOf(problems);
        }
    }

    /** Reads all documents of {@code text}, which stands in {@code file}. */
    public static Result read(String file, String text) {
        YamlDocuments documents = YamlDocuments.read(file, text);
        List<Problem> problems = new ArrayList<>(documents.problems());
        List<Found<?>> found = new ArrayList<>();
        List<Broken> broken = new ArrayList<>();
        for (Node.Mapping document : documents.documents()) {
            readObject(document, found, broken, problems);
        }
        return new Result(withoutDuplicates(found, problems), broken, problems);
    }

    /** Keeps the first of objects with the same kind and name, and reports the others. */
    public static List<Found<?>> withoutDuplicates(List<Found<?>> found, List<Problem> problems) {
        Map<ObjectRef, Location> first = new HashMap<>();
        List<Found<?>> unique = new ArrayList<>();
        for (Found<?> each : found) {
            Location before = first.putIfAbsent(each.ref(), each.document().location());
            if (before == null) {
                unique.add(each);
            } else {
                problems.add(new Problem(
                        Problem.Severity.ERROR,
                        each.document().locate("metadata.name"),
                        each.ref().toString(),
                        "metadata.name",
                        "is there twice; the first, at " + before + ", is used (expected: a unique name)"));
            }
        }
        return unique;
    }

    private static void readObject(
            Node.Mapping document, List<Found<?>> found, List<Broken> broken, List<Problem> problems) {
        if (text(document, "kind").orElse("").equals("List")
                && document.get("items").orElse(null) instanceof Node.Sequence list) {
            for (Node item : list.items()) {
                if (item instanceof Node.Mapping mapping) {
                    readObject(mapping, found, broken, problems);
                } else {
                    problems.add(error(item.location(), "items", item.describe() + " (expected: an object)"));
                }
            }
            return;
        }
        Optional<String> apiVersion = text(document, "apiVersion");
        Optional<String> kindName = text(document, "kind");
        if (apiVersion.isEmpty() || kindName.isEmpty()) {
            String field = apiVersion.isEmpty() ? "apiVersion" : "kind";
            String what =
                    document.get(field).map(value -> "is " + value.describe()).orElse("is missing");
            problems.add(error(
                    document.locate(field),
                    field,
                    what + " (expected: the apiVersion and kind of a Kubernetes object)"));
            return;
        }
        int slash = apiVersion.get().indexOf('/');
        String group = slash < 0 ? "" : apiVersion.get().substring(0, slash);
        String version = apiVersion.get().substring(slash + 1);
        Optional<Kind<?>> kind = Kinds.find(group, kindName.get());
        if (kind.isEmpty()) {
            unknownKind(document, apiVersion.get(), kindName.get(), problems);
        } else if (!kind.get().versions().contains(version)) {
            problems.add(error(
                    document.locate("apiVersion"),
                    "apiVersion",
                    "version \"" + version + "\" of " + kindName.get() + " is not known (expected: "
                            + String.join(", ", kind.get().versions()) + ")"));
        } else {
            List<Problem> own = new ArrayList<>();
            Optional<? extends Found<?>> object = readAs(kind.get(), document, Problem.Severity.ERROR, own);
            problems.addAll(own);
            object.ifPresentOrElse(
                    found::add, () -> broken(kind.get(), document, own).ifPresent(broken::add));
        }
    }

    /** What is left of an object that cannot be read; empty: not even its name. */
    private static Optional<Broken> broken(Kind<?> kind, Node.Mapping document, List<Problem> problems) {
        boolean named = problems.stream()
                .noneMatch(problem -> problem.severity() == Problem.Severity.ERROR
                        && problem.path().startsWith("metadata"));
        return named
                ? Optional.of(new Broken(kind, BrokenObject.read(kind, document, errors(problems))))
                : Optional.empty();
    }

    private static List<Problem> errors(List<Problem> problems) {
        return problems.stream()
                .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                .toList();
    }

    private static void unknownKind(Node.Mapping document, String apiVersion, String kind, List<Problem> problems) {
        if (PASSED_OVER.contains(apiVersion + "/" + kind)) {
            problems.add(new Problem(
                    Problem.Severity.WARNING,
                    document.locate("kind"),
                    "",
                    "kind",
                    "\"" + kind + "\" (" + apiVersion + ") means nothing to a gateway; passed over"));
            return;
        }
        String sameName = Kinds.ALL.stream()
                .filter(k -> k.name().equalsIgnoreCase(kind))
                .map(k -> "; did you mean " + k.name() + " of " + k.apiVersion() + "?")
                .findFirst()
                .or(() -> Similarity.closest(
                                kind, Kinds.ALL.stream().map(Kind::name).toList())
                        .map(closest -> "; did you mean " + closest + "?"))
                .orElse("");
        problems.add(error(
                document.locate("kind"),
                "kind",
                "\"" + kind + "\" of apiVersion \"" + apiVersion + "\" is not known" + sameName + " (expected: "
                        + Kinds.ALL.stream().map(Kind::name).sorted().collect(Collectors.joining(", ")) + ")"));
    }

    /** What an object of a known kind was read to. */
    public sealed interface Reading<S> {
        /** The object; a field that is not known has been passed over. */
        record Readable<S>(Resource<S> resource) implements Reading<S> {}

        record Broken<S>(BrokenObject object) implements Reading<S> {}
    }

    /**
     * Reads an object that an API server holds. A field of Kubernetes' or Gateway API's kinds that is not known here is one of
     * a newer version, and passed over. One of a policy is an error: it may be what keeps somebody out.
     */
    public static <S> Reading<S> read(Kind<S> kind, Node.Mapping object) {
        List<Problem> problems = new ArrayList<>();
        boolean ours =
                kind.group().equals(Kinds.ENVOY_GATEWAY_GROUP) || kind.group().equals(Kinds.GATEHOUSE_GROUP);
        return readAs(kind, object, ours ? Problem.Severity.ERROR : Problem.Severity.WARNING, problems)
                .<Reading<S>>map(found -> new Reading.Readable<>(found.resource()))
                .orElseGet(() -> new Reading.Broken<>(BrokenObject.read(kind, object, errors(problems))));
    }

    private static <S> Optional<Found<S>> readAs(
            Kind<S> kind, Node.Mapping document, Problem.Severity unknown, List<Problem> problems) {
        String name = document.get("metadata")
                .flatMap(m -> m instanceof Node.Mapping mapping ? text(mapping, "name") : Optional.empty())
                .orElse("(no name)");
        String namespace = document.get("metadata")
                .flatMap(m -> m instanceof Node.Mapping mapping ? text(mapping, "namespace") : Optional.empty())
                .orElse("default");
        String object = kind.name() + " " + (kind.namespaced() ? namespace + "/" : "") + name;
        List<Problem> own = new ArrayList<>();
        Resource<S> resource = Fields.read(document, object, "", unknown, own::add, fields -> {
            fields.known("apiVersion", "kind", "status");
            Metadata metadata = fields.requiredObject("metadata", m -> Metadata.read(m, kind.namespaced()));
            return new Resource<>(metadata, kind.body().apply(fields));
        });
        problems.addAll(own);
        boolean broken = own.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
        return broken ? Optional.empty() : Optional.of(new Found<>(kind, resource, document));
    }

    private static Optional<String> text(Node.Mapping mapping, String name) {
        return mapping.get(name)
                .flatMap(node -> node instanceof Node.Scalar scalar ? Optional.of(scalar.text()) : Optional.empty());
    }

    private static Problem error(Location location, String path, String message) {
        return new Problem(Problem.Severity.ERROR, location, "", path, message);
    }
}
