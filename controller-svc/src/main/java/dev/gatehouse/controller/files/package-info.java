/**
 * Reads objects from files and watches the files. Keeps the last good version of an object that an edit breaks, and
 * reports each problem with its file, line and column. Must not know of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.files;

import org.jspecify.annotations.NullMarked;
