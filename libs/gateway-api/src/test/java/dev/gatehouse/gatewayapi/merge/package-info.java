/** Patches of trees. */
@NullMarked
package dev.gatehouse.gatewayapi.merge;

import org.jspecify.annotations.NullMarked;
