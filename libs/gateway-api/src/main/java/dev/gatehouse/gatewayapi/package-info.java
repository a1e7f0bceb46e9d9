/**
 * Kubernetes resources as Gatehouse reads them: Gateway API's, Envoy Gateway's and Gatehouse's own kinds, as records.
 * The reader makes them from YAML and reports each error with its place and the expected value.
 *
 * <p>Must not translate, resolve references, or know of Envoy.
 */
@NullMarked
package dev.gatehouse.gatewayapi;

import org.jspecify.annotations.NullMarked;
