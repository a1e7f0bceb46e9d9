package dev.gatehouse.gatewayapi.merge;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSONPath (RFC 9535): selects the nodes of a tree that a patch is for. As Envoy Gateway has it, the leading {@code $} may be left
 * out, and a filter may match a regular expression (RE2, anywhere in the text): {@code ..routes[?(@.name =~ 'www')]}.
 */
public final class JsonPath {
    private static final int MAX_NODES = 100_000;

    /** A step from a node to others. */
    sealed interface Step {
        /** To children. */
        record Children(List<Selector> selectors) implements Step {
            public Children {
                selectors = List.copyOf(selectors);
            }
        }

        /** To children of the node and of all that is below it. */
        record Descendants(List<Selector> selectors) implements Step {
            public Descendants {
                selectors = List.copyOf(selectors);
            }
        }
    }

    /** Which children. */
    sealed interface Selector {
        record Name(String name) implements Selector {}

        /** @param index a negative index counts from the end */
        record Index(int index) implements Selector {}

        /** Of a list, from {@code start} to before {@code end}; absent ones are null. */
        record Slice(@Nullable Integer start, @Nullable Integer end, int step) implements Selector {}

        record All() implements Selector {}

        record Filter(JsonPathFilter condition) implements Selector {}
    }

    /** A node, and the names and indices that lead to it. */
    record Place(List<String> path, @Nullable Object node) {
        Place below(String name, @Nullable Object child) {
            List<String> longer = new ArrayList<>(path);
            longer.add(name);
            return new Place(List.copyOf(longer), child);
        }
    }

    private final List<Step> steps;

    private JsonPath(List<Step> steps) {
        this.steps = steps;
    }

    /** The JSONPath of {@code text}. */
    public static JsonPath parse(String text) throws PatchFailure {
        return new JsonPath(new JsonPathText(text).path());
    }

    /**
     * The nodes that the path selects in {@code root}, as JSON pointers (RFC 6901) in the order of the tree.
     *
     * @throws PatchFailure it selects more than a patch may change
     */
    public List<String> pointers(Map<?, ?> root) throws PatchFailure {
        Set<String> pointers = new LinkedHashSet<>();
        for (Place place : select(steps, root, root)) {
            pointers.add(pointer(place.path()));
        }
        return List.copyOf(pointers);
    }

    private static String pointer(List<String> path) {
        StringBuilder text = new StringBuilder();
        path.forEach(name -> text.append('/').append(name.replace("~", "~0").replace("/", "~1")));
        return text.toString();
    }

    /** What {@code steps} lead to from {@code start}. */
    static List<Place> select(List<Step> steps, @Nullable Object start, Map<?, ?> root) throws PatchFailure {
        List<Place> places = List.of(new Place(List.of(), start));
        for (Step step : steps) {
            List<Place> next = new ArrayList<>();
            for (Place place : places) {
                switch (step) {
                    case Step.Children children -> children(children.selectors(), place, root, next);
                    case Step.Descendants descendants -> descendants(descendants.selectors(), place, root, next);
                }
                if (next.size() > MAX_NODES) {
                    throw new PatchFailure("selects more than " + MAX_NODES + " nodes");
                }
            }
            places = next;
        }
        return places;
    }

    private static void descendants(List<Selector> selectors, Place place, Map<?, ?> root, List<Place> found)
            throws PatchFailure {
        children(selectors, place, root, found);
        for (Place child : all(place)) {
            descendants(selectors, child, root, found);
        }
    }

    private static void children(List<Selector> selectors, Place place, Map<?, ?> root, List<Place> found)
            throws PatchFailure {
        for (Selector selector : selectors) {
            switch (selector) {
                case Selector.Name name -> {
                    if (place.node() instanceof Map<?, ?> map && map.containsKey(name.name())) {
                        found.add(place.below(name.name(), map.get(name.name())));
                    }
                }
                case Selector.Index index -> {
                    if (place.node() instanceof List<?> list) {
                        int at = index.index() < 0 ? list.size() + index.index() : index.index();
                        if (at >= 0 && at < list.size()) {
                            found.add(place.below(String.valueOf(at), list.get(at)));
                        }
                    }
                }
                case Selector.Slice slice -> {
                    if (place.node() instanceof List<?> list) {
                        slice(slice, list.size())
                                .forEach(at -> found.add(place.below(String.valueOf(at), list.get(at))));
                    }
                }
                case Selector.All _ -> found.addAll(all(place));
                case Selector.Filter filter -> {
                    for (Place child : all(place)) {
                        if (filter.condition().holds(child.node(), root)) {
                            found.add(child);
                        }
                    }
                }
            }
        }
    }

    private static List<Place> all(Place place) {
        List<Place> children = new ArrayList<>();
        switch (place.node()) {
            case Map<?, ?> map -> map.forEach((name, child) -> children.add(place.below(String.valueOf(name), child)));
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    children.add(place.below(String.valueOf(i), list.get(i)));
                }
            }
            case null, default -> {
                // A scalar has no children.
            }
        }
        return children;
    }

    /** The indices of a slice (RFC 9535, section 2.3.4). */
    private static List<Integer> slice(Selector.Slice slice, int size) {
        List<Integer> indices = new ArrayList<>();
        int step = slice.step();
        if (step > 0) {
            int end = bound(slice.end(), size, size, 0, size);
            for (int i = bound(slice.start(), size, 0, 0, size); i < end; i += step) {
                indices.add(i);
            }
        } else if (step < 0) {
            int end = bound(slice.end(), size, -1, -1, size - 1);
            for (int i = bound(slice.start(), size, size - 1, -1, size - 1); i > end; i += step) {
                indices.add(i);
            }
        }
        return indices;
    }

    private static int bound(@Nullable Integer index, int size, int absent, int lowest, int highest) {
        if (index == null) {
            return absent;
        }
        return Math.clamp(index < 0 ? (long) size + index : index, lowest, highest);
    }
}
