/** Tests of the pages. */
@NullMarked
package dev.gatehouse.console;

import org.jspecify.annotations.NullMarked;
