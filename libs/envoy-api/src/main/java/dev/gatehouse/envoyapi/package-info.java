/** Names that belong to the protobuf types of Envoy and of Gatehouse, and that the types themselves do not have. */
@NullMarked
package dev.gatehouse.envoyapi;

import org.jspecify.annotations.NullMarked;
