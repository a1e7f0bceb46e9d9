/**
 * The config log on a compacted topic of Kafka: the leading controller writes it, and every replica of xds-svc reads it
 * from its beginning. Transactions of the log are transactions of Kafka. Data-plane reports take the opposite way on
 * another topic. Must not know the meaning of resources.
 */
@NullMarked
package dev.gatehouse.events.kafka;

import org.jspecify.annotations.NullMarked;
