/**
 * The adapter to the Kubernetes API. Knows the client; decides nothing that a pure package can decide.
 */
@NullMarked
package dev.gatehouse.controller.kubernetes;

import org.jspecify.annotations.NullMarked;
