/** Helpers for making Envoy's protobuf messages. Must not depend on other packages of the controller. */
@NullMarked
package dev.gatehouse.controller.proto;

import org.jspecify.annotations.NullMarked;
