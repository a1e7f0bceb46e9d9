/**
 * Patches of trees (see {@link dev.gatehouse.gatewayapi.yaml.Trees}): JSON merge patch (RFC 7386), JSON patch (RFC 6902) and
 * Kubernetes' strategic merge patch. Pure: a patch makes a new tree.
 */
@NullMarked
package dev.gatehouse.gatewayapi.merge;

import org.jspecify.annotations.NullMarked;
