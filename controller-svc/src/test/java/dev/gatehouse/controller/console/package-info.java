/** Tests of what the console shows of the controller's objects. */
@NullMarked
package dev.gatehouse.controller.console;

import org.jspecify.annotations.NullMarked;
