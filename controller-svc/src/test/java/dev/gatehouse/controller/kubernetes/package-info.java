/** The adapter to the Kubernetes API. */
@NullMarked
package dev.gatehouse.controller.kubernetes;

import org.jspecify.annotations.NullMarked;
