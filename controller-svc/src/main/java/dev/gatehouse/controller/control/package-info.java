/**
 * The controller itself: one thread that takes changes and reports, translates, and publishes. Its entry is {@link
 * dev.gatehouse.controller.control.Controller}. Must not know where objects come from.
 */
@NullMarked
package dev.gatehouse.controller.control;

import org.jspecify.annotations.NullMarked;
