/**
 * What all of {@code gatehouse import …} share: a setting with its place, the report of what became of each, and how objects and report are
 * printed. Knows nothing of what is imported.
 */
@NullMarked
package dev.gatehouse.standalone.imports;

import org.jspecify.annotations.NullMarked;
