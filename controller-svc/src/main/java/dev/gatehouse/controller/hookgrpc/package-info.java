/** Calls extension servers by gRPC. Must not know how the answers are used. */
@NullMarked
package dev.gatehouse.controller.hookgrpc;

import org.jspecify.annotations.NullMarked;
