/**
 * The configuration of Kafka, the same in every service that uses it. Must not have logic of its own.
 */
@NullMarked
package dev.gatehouse.events.kafka.quarkus;

import org.jspecify.annotations.NullMarked;
