package dev.gatehouse.xdsclient;

import java.util.List;
import java.util.Set;

/**
 * What the server pushed of a type: every resource that it does not name stays as it is.
 *
 * @param changed resources that are new, or have another version than the one last accepted; each name once
 * @param removed names of resources that are gone; a name that the service never had is allowed
 */
public record Update(List<Resource> changed, Set<String> removed) {
    public Update {
        changed = List.copyOf(changed);
        removed = Set.copyOf(removed);
    }

    /** An update that removes nothing. */
    public static Update of(Resource... changed) {
        return new Update(List.of(changed), Set.of());
    }
}
