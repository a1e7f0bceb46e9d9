/** The files and folders that a command line names. Must not know of what a command makes of them. */
@NullMarked
package dev.gatehouse.standalone.files;

import org.jspecify.annotations.NullMarked;
