/**
 * The last transactions in which rules found something, for 'gatehouse waf events'. Entry: {@link dev.gatehouse.waf.recent.RecentEvents}.
 * Keeps no value of a request but its path; must not take the place of the audit log.
 */
@NullMarked
package dev.gatehouse.waf.recent;

import org.jspecify.annotations.NullMarked;
