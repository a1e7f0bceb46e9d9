/**
 * The translation as a graph of collections: objects in, Envoy resources and statuses out. Its entry is {@link
 * dev.gatehouse.controller.translate.Translator}. No I/O, no clock.
 */
@NullMarked
package dev.gatehouse.controller.translate;

import org.jspecify.annotations.NullMarked;
