package dev.gatehouse.controller.translate;

import dev.gatehouse.gatewayapi.ObjectRef;

/**
 * What an object contributes to a resource, which can be held back by itself: a route to a table or a host, a patch or an extension server to any
 * resource.
 */
public sealed interface OutputPart permits RoutePart, PatchPart, HookPart {
    /** The object that contributes it. */
    ObjectRef owner();
}
