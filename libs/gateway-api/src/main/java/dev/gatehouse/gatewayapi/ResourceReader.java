package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Similarity;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads Kubernetes objects from YAML. A document with an error yields problems and no object; other documents are not
 * affected. Invalid text never throws.
 */
public final class ResourceReader {
    private static final String LIST = "List";

    /** Kubernetes' core kinds without a meaning for a gateway. */
    private static final Set<String> PASSED_OVER = Set.of(
            "Binding",
            "Endpoints",
            "Event",
            "LimitRange",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "ServiceAccount");

    /** Kubernetes' own groups whose kinds have no meaning for a gateway. */
    private static final Set<String> PASSED_OVER_GROUPS = Set.of(
            "admissionregistration.k8s.io",
            "apiextensions.k8s.io",
            "apiregistration.k8s.io",
            "apps",
            "authentication.k8s.io",
            "authorization.k8s.io",
            "autoscaling",
            "batch",
            "coordination.k8s.io",
            "events.k8s.io",
            "flowcontrol.apiserver.k8s.io",
            "networking.k8s.io",
            "node.k8s.io",
            "policy",
            "rbac.authorization.k8s.io",
            "resource.k8s.io",
            "scheduling.k8s.io",
            "storage.k8s.io");

    private static final Set<String> GROUPS =
            Kinds.ALL.stream().map(Kind::group).collect(Collectors.toUnmodifiableSet());

    private ResourceReader() {}

    /**
     * An object and the document it came from.
     *
     * @param document the document, for finding the place of a field and for showing the object
     */
    public record Found<S>(Kind<S> kind, Resource<S> resource, Node.Mapping document) {
        /** The object's reference. */
        public ObjectRef ref() {
            return ObjectRef.of(kind, resource.key());
        }
    }

    /**
     * An object that exists and cannot be read.
     *
     * @param document the document that it was read from
     */
    public record Broken(Kind<?> kind, BrokenObject object, Node.Mapping document) {
        /** The object's reference. */
        public ObjectRef ref() {
            return ObjectRef.of(kind, object.metadata().key());
        }
    }

    /** The readable objects of a text, its unreadable objects, and its problems. */
    public record Result(List<Found<?>> found, List<Broken> broken, List<Problem> problems) {
        public Result {
            found = List.copyOf(found);
            broken = List.copyOf(broken);
            problems = List.copyOf(problems);
        }
    }

    /** Reads all documents of {@code text}, the content of {@code file}. */
    public static Result read(String file, String text) {
        return read(YamlDocuments.read(file, text), false, List.of());
    }

    /**
     * Reads all documents of a file.
     *
     * @param inTree true if the file was found in a folder, so that it may belong to another tool, such as Helm's
     * {@code values.yaml}; documents that are no Kubernetes objects are then skipped with a notice instead of an error
     * @param more kinds to read in addition to Gatehouse's own
     */
    public static Result read(String file, byte[] text, boolean inTree, List<? extends Kind<?>> more) {
        return read(YamlDocuments.read(file, text), inTree, more);
    }

    private static Result read(YamlDocuments documents, boolean inTree, List<? extends Kind<?>> more) {
        List<Problem> problems = new ArrayList<>(documents.problems());
        List<Problem> leftAlone = new ArrayList<>();
        List<Found<?>> found = new ArrayList<>();
        List<Broken> broken = new ArrayList<>();
        for (Node.Mapping document : documents.documents()) {
            if (inTree && isForeign(document)) {
                leftAlone.add(warning(document.location(), "", "is no Kubernetes object (no kind); left alone"));
            } else {
                readObject(document, more, found, broken, problems);
            }
        }
        for (Node other : documents.others()) {
            if (inTree) {
                leftAlone.add(warning(
                        other.location(), "", "is " + other.describe() + " and no Kubernetes object; left alone"));
            } else {
                problems.add(error(
                        other.location(),
                        "",
                        "the document is " + other.describe() + " (expected: a Kubernetes object)"));
            }
        }
        // A file gets one notice only.
        leftAlone.stream().findFirst().ifPresent(problems::add);
        return new Result(withoutDuplicates(found, problems), broken, problems);
    }

    /** True for a document of another tool. A Kubernetes object that lacks a line, or has a known group, counts as a mistake instead. */
    private static boolean isForeign(Node.Mapping document) {
        boolean named =
                document.get("apiVersion").isPresent() && document.get("kind").isPresent();
        boolean known = text(document, "apiVersion")
                .filter(version -> version.contains("/") && GROUPS.contains(version.substring(0, version.indexOf('/'))))
                .isPresent();
        return !named
                && !known
                && document.get("metadata").isEmpty()
                && document.get("spec").isEmpty();
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
            Node.Mapping document,
            List<? extends Kind<?>> more,
            List<Found<?>> found,
            List<Broken> broken,
            List<Problem> problems) {
        if (isList(document, more)) {
            readList(document, more, found, broken, problems);
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
        Optional<Kind<?>> kind = Kinds.find(group, kindName.get())
                .or(() -> more.stream()
                        .filter(each ->
                                each.group().equals(group) && each.name().equals(kindName.get()))
                        .<Kind<?>>map(each -> each)
                        .findFirst());
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
            Found<?> object = readAs(kind.get(), document, Problem.Severity.ERROR, own);
            problems.addAll(own);
            if (errors(own).isEmpty()) {
                found.add(object);
            } else {
                broken(object, own).ifPresent(broken::add);
            }
        }
    }

    /** True for a list of objects, of any kind or of one kind such as {@code HTTPRouteList}. */
    private static boolean isList(Node.Mapping document, List<? extends Kind<?>> more) {
        String kind = text(document, "kind").orElse("");
        return kind.equals("List")
                || kind.endsWith(LIST)
                        && Stream.concat(Kinds.ALL.stream(), more.stream())
                                .anyMatch(each -> (each.name() + LIST).equals(kind));
    }

    private static void readList(
            Node.Mapping list,
            List<? extends Kind<?>> more,
            List<Found<?>> found,
            List<Broken> broken,
            List<Problem> problems) {
        Node items = list.get("items").orElse(new Node.Sequence(list.location(), List.of()));
        if (!(items instanceof Node.Sequence sequence)) {
            problems.add(error(items.location(), "items", "is " + items.describe() + " (expected: a list of objects)"));
            return;
        }
        for (Node item : sequence.items()) {
            if (item instanceof Node.Mapping mapping) {
                readObject(withKindOf(list, mapping), more, found, broken, problems);
            } else {
                problems.add(error(item.location(), "items", "is " + item.describe() + " (expected: an object)"));
            }
        }
    }

    /** Adds the list's kind to an item, since an item of a list of one kind may lack it. */
    private static Node.Mapping withKindOf(Node.Mapping list, Node.Mapping item) {
        Node.Field kind = list.fields().get("kind");
        Node.Field apiVersion = list.fields().get("apiVersion");
        if (kind == null
                || apiVersion == null
                || item.get("kind").isPresent()
                || !(kind.value() instanceof Node.Scalar name)
                || name.text().equals(LIST)) {
            return item;
        }
        Map<String, Node.Field> fields = new LinkedHashMap<>(item.fields());
        fields.putIfAbsent("apiVersion", apiVersion);
        fields.put(
                "kind",
                new Node.Field(
                        item.location(),
                        new Node.Scalar(
                                item.location(),
                                Node.Scalar.Type.STRING,
                                name.text().substring(0, name.text().length() - LIST.length()))));
        return new Node.Mapping(item.location(), fields);
    }

    /** The readable part of an unreadable object; empty: not even its name can be read. */
    private static Optional<Broken> broken(Found<?> rest, List<Problem> problems) {
        boolean named = problems.stream()
                .noneMatch(problem -> problem.severity() == Problem.Severity.ERROR
                        && problem.path().startsWith("metadata"));
        return named
                ? Optional.of(new Broken(
                        rest.kind(),
                        BrokenObject.read(
                                rest.kind(), rest.document(), rest.resource().spec(), errors(problems)),
                        rest.document()))
                : Optional.empty();
    }

    private static List<Problem> errors(List<Problem> problems) {
        return problems.stream()
                .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                .toList();
    }

    private static void unknownKind(Node.Mapping document, String apiVersion, String kind, List<Problem> problems) {
        if (isPassedOver(apiVersion, kind)) {
            problems.add(warning(
                    document.locate("kind"),
                    "kind",
                    "\"" + kind + "\" (" + apiVersion + ") means nothing to a gateway; passed over"));
            return;
        }
        if (kind.equals("EnvoyGateway") && apiVersion.startsWith(Kinds.ENVOY_GATEWAY_GROUP + "/")) {
            problems.add(error(
                    document.locate("kind"),
                    "kind",
                    "\"EnvoyGateway\" is the controller's configuration, not an object that it serves (expected: in a"
                            + " file of its own, named by --config or GATEHOUSE_CONTROLLER_CONFIG)"));
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

    /** True for an unrelated kind. A kind whose name or group resembles a known one counts as a spelling mistake instead. */
    private static boolean isPassedOver(String apiVersion, String kind) {
        int slash = apiVersion.indexOf('/');
        if (slash < 0) {
            return PASSED_OVER.contains(kind);
        }
        String group = apiVersion.substring(0, slash);
        if (Kinds.ALL.stream().anyMatch(known -> known.name().equalsIgnoreCase(kind))) {
            return false;
        }
        return PASSED_OVER_GROUPS.contains(group)
                || group.contains(".")
                        && !GROUPS.contains(group)
                        && Similarity.closest(group, GROUPS).isEmpty();
    }

    /** The outcome of reading an object of a known kind. */
    public sealed interface Reading<S> {
        /** The object. Unknown fields were ignored. */
        record Readable<S>(Resource<S> resource) implements Reading<S> {}

        record Broken<S>(BrokenObject object) implements Reading<S> {}
    }

    /**
     * Reads an object from an API server. An unknown field of Kubernetes' or Gateway API's kinds belongs to a newer
     * version and is ignored. An unknown field of a policy is an error, since it may restrict access.
     */
    public static <S> Reading<S> read(Kind<S> kind, Node.Mapping object) {
        List<Problem> problems = new ArrayList<>();
        boolean ours =
                kind.group().equals(Kinds.ENVOY_GATEWAY_GROUP) || kind.group().equals(Kinds.GATEHOUSE_GROUP);
        Found<S> found = readAs(kind, object, ours ? Problem.Severity.ERROR : Problem.Severity.WARNING, problems);
        return errors(problems).isEmpty()
                ? new Reading.Readable<>(found.resource())
                : new Reading.Broken<>(
                        BrokenObject.read(kind, object, found.resource().spec(), errors(problems)));
    }

    /**
     * Reads an object that violates its schema as if an API server had admitted it. The result is only for previews and
     * must not be served. Field names may differ from the schema's in case. Empty if the kind's reader refuses the
     * object too, or the kind has no schema.
     */
    public static <S> Optional<Found<S>> preview(Kind<S> kind, Node.Mapping document) {
        if (kind.schema().isEmpty()) {
            return Optional.empty();
        }
        Node.Mapping meant = kind.schema().get().spelled(document);
        Node.Mapping complete = kind.schema().get().check(meant, kind.name()).object();
        List<Problem> problems = new ArrayList<>();
        Resource<S> resource = Fields.read(complete, "", "", Problem.Severity.WARNING, problems::add, reader(kind));
        return errors(problems).isEmpty() ? Optional.of(new Found<>(kind, resource, document)) : Optional.empty();
    }

    private static <S> Function<Fields, Resource<S>> reader(Kind<S> kind) {
        return fields -> {
            fields.known("apiVersion", "kind", "status");
            Metadata metadata = fields.requiredObject("metadata", m -> Metadata.read(m, kind.namespaced()));
            return new Resource<>(metadata, kind.body().apply(fields));
        };
    }

    /** Reads the object; if {@code problems} then has errors, the result is the readable part only. */
    private static <S> Found<S> readAs(
            Kind<S> kind, Node.Mapping document, Problem.Severity unknown, List<Problem> problems) {
        String name = document.get("metadata")
                .flatMap(m -> m instanceof Node.Mapping mapping ? text(mapping, "name") : Optional.empty())
                .orElse("(no name)");
        String namespace = document.get("metadata")
                .flatMap(m -> m instanceof Node.Mapping mapping ? text(mapping, "namespace") : Optional.empty())
                .orElse("default");
        String object = kind.name() + " " + (kind.namespaced() ? namespace + "/" : "") + name;
        List<Problem> own = new ArrayList<>();
        Function<Fields, Resource<S>> reader = reader(kind);
        Resource<S> resource = kind.schema()
                .map(schema -> schema.check(document, object))
                .map(checked -> Fields.read(checked.object(), object, unknown, checked.problems(), own::add, reader))
                .orElseGet(() -> Fields.read(document, object, "", unknown, own::add, reader));
        problems.addAll(own);
        return new Found<>(kind, resource, document);
    }

    private static Optional<String> text(Node.Mapping mapping, String name) {
        return mapping.get(name)
                .flatMap(node -> node instanceof Node.Scalar scalar ? Optional.of(scalar.text()) : Optional.empty());
    }

    private static Problem warning(Location location, String path, String message) {
        return new Problem(Problem.Severity.WARNING, location, "", path, message);
    }

    private static Problem error(Location location, String path, String message) {
        return new Problem(Problem.Severity.ERROR, location, "", path, message);
    }
}
