package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.proto.Protos;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * A filter of one extension, which only routes that say so pass ({@link SkippedFilter}).
 *
 * @param place of the extension among those of its policy: filters of all policies stand in that order
 * @param name tells the configuration from others
 */
record PlacedFilter(int place, String name, Message config) {
    /** As requests pass them. */
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
