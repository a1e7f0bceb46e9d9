/**
 * Extension servers: third-party servers that change Envoy's resources before they are published (Envoy Gateway's
 * extension managers). Describes each server's configuration, and the objects that concern a resource. Pure; must not
 * call servers.
 */
@NullMarked
package dev.gatehouse.controller.extensionserver;

import org.jspecify.annotations.NullMarked;
