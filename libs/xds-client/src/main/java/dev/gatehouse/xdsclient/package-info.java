/**
 * The xDS client of the callout services: a subscription to one resource type over ADS (state of the world), that hands each
 * accepted set of resources to its service and answers ACK or NACK.
 *
 * <p>Must not know any particular resource type.
 */
@NullMarked
package dev.gatehouse.xdsclient;

import org.jspecify.annotations.NullMarked;
