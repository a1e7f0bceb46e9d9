/**
 * What Envoy accepts: values and whole messages are checked as Envoy checks them when it loads them, so that what a proxy would
 * refuse is told to the owner of one object and never published. Must not know of Kubernetes objects.
 */
@NullMarked
package dev.gatehouse.controller.check;

import org.jspecify.annotations.NullMarked;
