/**
 * The texts of the console's pages about objects, statuses and merged policies. It reads the translation on the
 * controller's thread, and keeps the thread only as long as reading takes. It shows no Secrets, and only the names of
 * headers in filters.
 */
@NullMarked
package dev.gatehouse.controller.console;

import org.jspecify.annotations.NullMarked;
