/** Tests of what a running instance tells of itself. */
@NullMarked
package dev.gatehouse.standalone.run;

import org.jspecify.annotations.NullMarked;
