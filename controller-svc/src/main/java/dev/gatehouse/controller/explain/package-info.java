/**
 * Explains how a request is handled, and why. It evaluates the resources that proxies get as Envoy does, and names the
 * objects that they were made from.
 */
@NullMarked
package dev.gatehouse.controller.explain;

import org.jspecify.annotations.NullMarked;
