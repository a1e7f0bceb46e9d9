/**
 * Objects from files: reads them, watches them, keeps the last good version of what an edit breaks, and says for everything
 * that is wrong where it stands. Must not know of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.files;

import org.jspecify.annotations.NullMarked;
