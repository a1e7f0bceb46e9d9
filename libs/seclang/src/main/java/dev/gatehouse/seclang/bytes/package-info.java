/**
 * Bytes as the engine sees them: HTTP is bytes, and an attack need not be text.
 *
 * <p>No charset is decoded here or anywhere in the engine: as characters a byte is the Latin-1 character of its value.
 * Must not know of HTTP or of rules.
 */
@NullMarked
package dev.gatehouse.seclang.bytes;

import org.jspecify.annotations.NullMarked;
