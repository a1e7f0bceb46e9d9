package dev.gatehouse.controller.translate;

import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;

/**
 * What extension servers make of a resource.
 *
 * @param owner an object that the resource was made from: extension servers have none
 */
public record HookPart(ResourceId resource, ObjectRef owner) implements OutputPart {}
