/**
 * What software runs, and which known advisories are about it. Entry: {@link dev.gatehouse.standalone.audit.Advisories}, read from files in the format of
 * OSV ({@code https://ossf.github.io/osv-schema/}). Asks nobody over the network.
 */
@NullMarked
package dev.gatehouse.standalone.audit;

import org.jspecify.annotations.NullMarked;
