/** Golden folders of fleets: objects in, Kubernetes objects out; and their bootstraps in a real Envoy. */
@NullMarked
package dev.gatehouse.controller.infrastructure;

import org.jspecify.annotations.NullMarked;
