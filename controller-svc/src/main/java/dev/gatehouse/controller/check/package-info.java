/**
 * Checks values and whole messages as Envoy does when it loads them. A value that a proxy would refuse is so reported
 * to its object's owner and never published. Must not know of Kubernetes objects.
 */
@NullMarked
package dev.gatehouse.controller.check;

import org.jspecify.annotations.NullMarked;
