/**
 * Kubernetes as the source of objects and the place of their statuses. Its entries are {@link
 * dev.gatehouse.controller.kubernetes.KubernetesSource}, which feeds the controller, {@link
 * dev.gatehouse.controller.kubernetes.StatusWriter}, which writes the objects' statuses, {@link
 * dev.gatehouse.controller.kubernetes.KubernetesInfrastructure}, which writes the fleets' objects, and {@link
 * dev.gatehouse.controller.kubernetes.Leadership}, which elects the replica that writes. Must not translate.
 */
@NullMarked
package dev.gatehouse.controller.kubernetes;

import org.jspecify.annotations.NullMarked;
