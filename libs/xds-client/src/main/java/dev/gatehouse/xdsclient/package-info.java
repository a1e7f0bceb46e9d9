/**
 * The xDS client of the callout services: a subscription to one resource type over incremental (delta) ADS, that hands what
 * changed to its service and answers ACK or NACK.
 *
 * <p>Must not know any particular resource type.
 */
@NullMarked
package dev.gatehouse.xdsclient;

import org.jspecify.annotations.NullMarked;
