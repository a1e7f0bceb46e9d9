/**
 * The versions of the OWASP Core Rule Set that there are: the one that the build put into this program, and those in a folder.
 *
 * <p>Entry: {@link dev.gatehouse.waf.crs.InstalledRuleSets}.
 */
@NullMarked
package dev.gatehouse.waf.crs;

import org.jspecify.annotations.NullMarked;
