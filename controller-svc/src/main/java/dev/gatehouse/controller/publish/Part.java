package dev.gatehouse.controller.publish;

import dev.gatehouse.controller.translate.HookPart;
import dev.gatehouse.controller.translate.OutputPart;
import dev.gatehouse.controller.translate.PatchPart;
import dev.gatehouse.controller.translate.PolicyPart;
import dev.gatehouse.controller.translate.RoutePart;
import dev.gatehouse.events.ResourceId;
import java.util.Optional;

/** A part of a resource; without a contribution it is the whole resource without its patches. */
record Part(ResourceId resource, Optional<OutputPart> contribution) {
    static Part whole(ResourceId resource) {
        return new Part(resource, Optional.empty());
    }

    /** The contribution, if it is a route's. */
    Optional<RoutePart> ofRoute() {
        return contribution.flatMap(each -> switch (each) {
            case RoutePart part -> Optional.of(part);
            case PolicyPart _, PatchPart _, HookPart _ -> Optional.empty();
        });
    }

    /** The contribution, if it is a policy's. */
    Optional<PolicyPart> ofPolicy() {
        return contribution.flatMap(each -> switch (each) {
            case PolicyPart part -> Optional.of(part);
            case RoutePart _, PatchPart _, HookPart _ -> Optional.empty();
        });
    }

    /** The contribution, if its last accepted form can be served again. */
    Optional<OutputPart> lasting() {
        return contribution.filter(_ -> !isPatch());
    }

    /** True if the part changes the finished resource: a patch, or an extension server's change. */
    boolean isPatch() {
        return contribution
                .filter(each -> each instanceof PatchPart || each instanceof HookPart)
                .isPresent();
    }
}
