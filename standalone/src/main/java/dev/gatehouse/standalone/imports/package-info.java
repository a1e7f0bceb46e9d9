/**
 * The shared parts of {@code gatehouse import …}: a setting with its place, the report with the outcome of each
 * setting, and the printing of objects and report. Must not know of specific import sources.
 */
@NullMarked
package dev.gatehouse.standalone.imports;

import org.jspecify.annotations.NullMarked;
