/**
 * The xDS transport protocol of one stream as a state machine. It keeps a subscriber's requests, resources and
 * refusals, and decides which resources are sent next and in which order. Supports delta and state of the world,
 * aggregated or one type per stream.
 *
 * <p>Entry: {@link dev.gatehouse.xds.stream.SubscriberStream}. Pure: no I/O, no threads, no clock; time comes in with
 * each event.
 */
@NullMarked
package dev.gatehouse.xds.stream;

import org.jspecify.annotations.NullMarked;
