/**
 * Suggests exclusions from audit logs: which rule matched which argument how often. Whether a match was a false alarm is a person's to say.
 */
@NullMarked
package dev.gatehouse.seclangtools.exclusions;

import org.jspecify.annotations.NullMarked;
