/**
 * Kubernetes resources as Gatehouse reads them: Gateway API, Envoy Gateway's kinds and our own, as records; and the reader
 * that makes them from YAML and says for each error where it stands and what was expected.
 *
 * <p>Must not translate, resolve references, or know of Envoy.
 */
@NullMarked
package dev.gatehouse.gatewayapi;

import org.jspecify.annotations.NullMarked;
