/**
 * What becomes of a request, and why: by the resources that proxies get, evaluated as Envoy does, and by the objects that they were made of.
 */
@NullMarked
package dev.gatehouse.controller.explain;

import org.jspecify.annotations.NullMarked;
