/** Tests of the settings of traffic to backends. */
@NullMarked
package dev.gatehouse.gatewayapi.traffic;

import org.jspecify.annotations.NullMarked;
