/** What making protobuf messages of Envoy's needs everywhere. Must not know of anything in the controller. */
@NullMarked
package dev.gatehouse.controller.proto;

import org.jspecify.annotations.NullMarked;
