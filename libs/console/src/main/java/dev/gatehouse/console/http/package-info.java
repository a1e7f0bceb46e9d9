/** The console by HTTP: who may see it, and the headers that keep its pages to themselves. Pages are made elsewhere. */
@NullMarked
package dev.gatehouse.console.http;

import org.jspecify.annotations.NullMarked;
