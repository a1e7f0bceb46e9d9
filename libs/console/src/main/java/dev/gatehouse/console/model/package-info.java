/** What the console shows, as records of texts: whoever fills them knows the product, and the pages know no more than these. */
@NullMarked
package dev.gatehouse.console.model;

import org.jspecify.annotations.NullMarked;
