/**
 * The config log on a compacted topic of Kafka: the controller that leads writes it, every replica of xds-svc reads it from its
 * beginning. Transactions of the log are transactions of Kafka. And data-plane reports, the other way. Must not know what a
 * resource means.
 */
@NullMarked
package dev.gatehouse.events.kafka;

import org.jspecify.annotations.NullMarked;
