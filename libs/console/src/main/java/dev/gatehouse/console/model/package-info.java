/**
 * The content of the console's pages, as records of texts. The code that fills the records knows the product; the pages
 * know only the records.
 */
@NullMarked
package dev.gatehouse.console.model;

import org.jspecify.annotations.NullMarked;
