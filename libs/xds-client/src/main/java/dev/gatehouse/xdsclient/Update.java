package dev.gatehouse.xdsclient;

import java.util.List;
import java.util.Set;

/**
 * A push of the server for a type. Resources that it does not name stay unchanged.
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
