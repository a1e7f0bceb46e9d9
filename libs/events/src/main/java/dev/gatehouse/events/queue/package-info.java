/**
 * Carries events from requests to their destination: a bounded queue that one thread empties. A request never waits for
 * a disk, a log or a broker; an event for which there is no room, or that could not be written, is counted.
 *
 * <p>Must not know what an event means, nor where it goes.
 */
@NullMarked
package dev.gatehouse.events.queue;

import org.jspecify.annotations.NullMarked;
