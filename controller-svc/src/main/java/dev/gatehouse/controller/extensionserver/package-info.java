/**
 * The servers of others that change Envoy's resources before they are published (Envoy Gateway's extension managers): how each is
 * configured, and which of its objects a resource concerns. Pure; must not call anybody.
 */
@NullMarked
package dev.gatehouse.controller.extensionserver;

import org.jspecify.annotations.NullMarked;
