package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.proto.Protos;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * A filter of one extension. Only requests of routes that enable it pass it ({@link SkippedFilter}).
 *
 * @param place the position of the extension in its policy; filters of all policies are sorted by it
 * @param name the filter's name, unique for its configuration
 */
record PlacedFilter(int place, String name, Message config) {
    /** The order in which requests pass the filters. */
    static final Comparator<PlacedFilter> ORDER =
            Comparator.comparingInt(PlacedFilter::place).thenComparing(PlacedFilter::name);

    /** The filter of each of a policy's extensions, in order; names begin with {@code prefix}. */
    static <T> List<PlacedFilter> all(String prefix, List<T> extensions, Function<T, ? extends Message> filter) {
        List<PlacedFilter> filters = new ArrayList<>();
        for (T extension : extensions) {
            Message config = filter.apply(extension);
            String name = prefix + filters.size() + "-" + Protos.digest(config);
            filters.add(new PlacedFilter(filters.size(), name, SkippedFilter.of(name, config)));
        }
        return filters;
    }
}
