/**
 * Kubernetes as the source of objects and the place of their statuses. Its entries are {@link
 * dev.gatehouse.controller.kubernetes.KubernetesSource}, which feeds the controller, {@link
 * dev.gatehouse.controller.kubernetes.StatusWriter}, which writes what the controller says of the objects, {@link
 * dev.gatehouse.controller.kubernetes.KubernetesInfrastructure}, which makes the fleets, and {@link
 * dev.gatehouse.controller.kubernetes.Leadership}, which says which replica writes. Must not translate.
 */
@NullMarked
package dev.gatehouse.controller.kubernetes;

import org.jspecify.annotations.NullMarked;
