/** Extension servers, asked by gRPC. Must not know what is done with the answers. */
@NullMarked
package dev.gatehouse.controller.hookgrpc;

import org.jspecify.annotations.NullMarked;
