/**
 * The xDS transport protocol of one stream as a state machine: what a subscriber asked for, has, and refused, and what it is
 * to be sent next and in which order. Delta and state of the world, aggregated or one type a stream.
 *
 * <p>Entry: {@link dev.gatehouse.xds.stream.SubscriberStream}. Pure: no I/O, no threads, no clock; time comes in with each event.
 */
@NullMarked
package dev.gatehouse.xds.stream;

import org.jspecify.annotations.NullMarked;
