/**
 * YAML documents as trees whose every node knows its place in the file, and the reader that turns a tree into typed
 * values while it collects every problem with its place, field path, offending value and expected value.
 *
 * <p>Knows YAML and field checks; must not know any Kubernetes kind.
 */
@NullMarked
package dev.gatehouse.gatewayapi.yaml;

import org.jspecify.annotations.NullMarked;
