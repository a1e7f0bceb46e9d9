package dev.gatehouse.controller.translate;

import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;

/**
 * The change that extension servers make to a resource.
 *
 * @param owner an object that the resource was made from, since an extension server is no object
 */
public record HookPart(ResourceId resource, ObjectRef owner) implements OutputPart {}
