package dev.gatehouse.controller.translate;

import com.google.protobuf.Message;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A resource to be published.
 *
 * @param secret true if the resource holds a private key or a client secret
 * @param owners the objects that it was made from, whose statuses report a rejection
 * @param parts a fingerprint of each contribution: a route's to a table, a policy's to a listener, a patch's to any resource; empty for a
 * resource without parts
 * @param heldBack the parts whose contribution is held back ({@link Hold})
 * @param unpatched the resource without patches and without extension servers' changes; empty: the resource has neither
 * @param hooks the extension servers' objects that concern the resource
 * @param clues what tells which part proxies refuse
 */
public record Output(
        Message message,
        boolean secret,
        Set<ObjectRef> owners,
        Map<OutputPart, Integer> parts,
        Set<OutputPart> heldBack,
        Optional<Message> unpatched,
        HookContext hooks,
        Clues clues) {
    public Output {
        owners = Set.copyOf(owners);
        parts = Map.copyOf(parts);
        heldBack = Set.copyOf(heldBack);
    }

    /** A resource without parts. */
    public Output(Message message, boolean secret, Set<ObjectRef> owners) {
        this(message, secret, owners, Map.of(), Set.of(), Optional.empty(), HookContext.NONE, Clues.NONE);
    }

    /** A route table. */
    public Output(
            Message message,
            boolean secret,
            Set<ObjectRef> owners,
            Map<OutputPart, Integer> parts,
            Set<OutputPart> heldBack) {
        this(message, secret, owners, parts, heldBack, Optional.empty(), HookContext.NONE, Clues.NONE);
    }

    /** One resource, with its name. */
    static Map<ResourceId, Output> one(
            String fleet, String typeUrl, String name, Message message, boolean secret, Set<ObjectRef> owners) {
        return Map.of(new ResourceId(fleet, typeUrl, name), new Output(message, secret, owners));
    }

    /** A copy that the extension servers' objects {@code concerned} concern. */
    public Output with(HookContext concerned) {
        return concerned.equals(hooks)
                ? this
                : new Output(message, secret, owners, parts, heldBack, unpatched, concerned, clues);
    }

    /** A copy with the message that an extension server made. The server's change is a part of its own, which can be held back alone. */
    public Output madeOver(Message made, HookPart part) {
        Map<OutputPart, Integer> all = new HashMap<>(parts);
        all.put(part, made.hashCode());
        return new Output(made, secret, owners, all, heldBack, unpatched.or(() -> Optional.of(message)), hooks, clues);
    }

    /** A copy with the contributions of policies. */
    Output of(Map<OutputPart, Integer> contributions, Set<OutputPart> held, Clues about) {
        return new Output(message, secret, owners, contributions, held, unpatched, hooks, about);
    }

    /** Whether routes contribute to the resource. Proxies' rejections then hold back single routes and never the whole resource. */
    public boolean isOfRoutes() {
        return parts.keySet().stream().anyMatch(RoutePart.class::isInstance)
                || heldBack.stream().anyMatch(RoutePart.class::isInstance);
    }
}
