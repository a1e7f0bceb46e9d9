/**
 * The settings of Envoy Gateway's SecurityPolicy: one record for each section, read from the section's fields. Readers refuse whatever would
 * weaken a protection; they hold no targets and know nothing of Envoy.
 */
@NullMarked
package dev.gatehouse.gatewayapi.security;

import org.jspecify.annotations.NullMarked;
