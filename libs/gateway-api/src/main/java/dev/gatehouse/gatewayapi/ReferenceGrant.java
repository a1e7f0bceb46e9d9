package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;

/** ReferenceGrant: lets objects of other namespaces refer to objects of this one. */
public record ReferenceGrant(List<Origin> from, List<Target> to) {
    public ReferenceGrant {
        from = List.copyOf(from);
        to = List.copyOf(to);
    }

    /** The objects that may refer: a kind in a namespace. */
    public record Origin(String group, String kind, String namespace) {
        static Origin read(Fields f) {
            return new Origin(f.string("group").orElse(""), f.requiredString("kind"), f.requiredString("namespace"));
        }
    }

    /** @param name absent: every object of the kind */
    public record Target(String group, String kind, Optional<String> name) {
        static Target read(Fields f) {
            return new Target(f.string("group").orElse(""), f.requiredString("kind"), f.string("name"));
        }
    }

    static ReferenceGrant read(Fields f) {
        return new ReferenceGrant(f.list("from", 1, 16, Origin::read), f.list("to", 1, 16, Target::read));
    }

    /** True if this grant lets {@code origin} refer to the object {@code name} of the kind. */
    public boolean permits(Origin origin, String group, String kind, String name) {
        return from.contains(origin)
                && to.stream()
                        .anyMatch(target -> target.group.equals(group)
                                && target.kind.equals(kind)
                                && target.name.map(name::equals).orElse(true));
    }
}
