/**
 * What the console shows of the controller: objects, statuses and merged policies as the texts of its pages. Asks the translation on the
 * controller's thread for what it needs, and no longer than that takes. Shows no Secret: of header filters the names alone.
 */
@NullMarked
package dev.gatehouse.controller.console;

import org.jspecify.annotations.NullMarked;
