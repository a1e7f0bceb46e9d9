/**
 * {@code gatehouse import …}: reads the configuration of another sign-on proxy and writes the policies that do the same. Reads files and
 * makes objects as trees; whether an object is right is for the schemas and readers of the API to say, as for files that a user wrote.
 *
 * <p>An option is never dropped silently: each one ends in the {@link dev.gatehouse.standalone.imports.Report}. Nothing secret is in a report.
 */
@NullMarked
package dev.gatehouse.standalone.signon;

import org.jspecify.annotations.NullMarked;
