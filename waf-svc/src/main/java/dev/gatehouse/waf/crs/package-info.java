/**
 * The available versions of the OWASP Core Rule Set: the version bundled with this program, and the versions in a
 * folder.
 *
 * <p>Entry: {@link dev.gatehouse.waf.crs.InstalledRuleSets}.
 */
@NullMarked
package dev.gatehouse.waf.crs;

import org.jspecify.annotations.NullMarked;
