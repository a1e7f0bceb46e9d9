package dev.gatehouse.controller.translate;

import dev.gatehouse.gatewayapi.ObjectRef;

/**
 * A contribution of an object to a resource, which can be held back alone: a route's to a table or a host, a policy's to
 * a listener, a patch's or
 * an extension server's to any resource.
 */
public sealed interface OutputPart permits RoutePart, PolicyPart, PatchPart, HookPart {
    /** The object that makes the contribution. */
    ObjectRef owner();
}
