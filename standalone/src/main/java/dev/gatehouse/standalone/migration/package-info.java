/**
 * {@code gatehouse import ingress-nginx|envoy-gateway|teg}: reads what another gateway was given, from files or a cluster, and writes what
 * Gatehouse needs instead. Reads objects as trees and makes objects as trees; whether a written object is right is for the readers of the API.
 *
 * <p>Nothing is dropped silently: each annotation, setting and object ends in the {@link dev.gatehouse.standalone.imports.Report}. What
 * restricted access and has no counterpart closes its routes.
 */
@NullMarked
package dev.gatehouse.standalone.migration;

import org.jspecify.annotations.NullMarked;
