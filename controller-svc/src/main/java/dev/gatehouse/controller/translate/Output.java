package dev.gatehouse.controller.translate;

import com.google.protobuf.Message;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A resource to be published.
 *
 * @param secret it holds a private key or a client secret
 * @param owners the objects that it was made from: to whom a rejection is told
 * @param parts what each route contributes to a table, and each patch to any resource, by a fingerprint; empty for resources of one
 *     piece
 * @param heldBack the routes and patches whose contribution is held back ({@link Hold})
 * @param unpatched the resource without its patches and without what extension servers make of it, where it has some
 * @param hooks the objects of extension servers that it concerns
 */
public record Output(
        Message message,
        boolean secret,
        Set<ObjectRef> owners,
        Map<OutputPart, Integer> parts,
        Set<OutputPart> heldBack,
        Optional<Message> unpatched,
        HookContext hooks) {
    public Output {
        owners = Set.copyOf(owners);
        parts = Map.copyOf(parts);
        heldBack = Set.copyOf(heldBack);
    }

    /** A resource of one piece. */
    public Output(Message message, boolean secret, Set<ObjectRef> owners) {
        this(message, secret, owners, Map.of(), Set.of(), Optional.empty(), HookContext.NONE);
    }

    /** A route table. */
    public Output(
            Message message,
            boolean secret,
            Set<ObjectRef> owners,
            Map<OutputPart, Integer> parts,
            Set<OutputPart> heldBack) {
        this(message, secret, owners, parts, heldBack, Optional.empty(), HookContext.NONE);
    }

    /** The same resource, which concerns objects of extension servers. */
    public Output with(HookContext concerned) {
        return concerned.equals(hooks)
                ? this
                : new Output(message, secret, owners, parts, heldBack, unpatched, concerned);
    }

    /** What an extension server made of it: a part that is held back by itself. */
    public Output madeOver(Message made, HookPart part) {
        Map<OutputPart, Integer> all = new HashMap<>(parts);
        all.put(part, made.hashCode());
        return new Output(made, secret, owners, all, heldBack, unpatched.or(() -> Optional.of(message)), hooks);
    }

    /** Whether routes contribute to it, so that it is never refused as a whole. */
    public boolean isOfRoutes() {
        return parts.keySet().stream().anyMatch(RoutePart.class::isInstance)
                || heldBack.stream().anyMatch(RoutePart.class::isInstance);
    }
}
