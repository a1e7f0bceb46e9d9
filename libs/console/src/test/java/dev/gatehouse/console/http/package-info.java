/** Tests of who may see the console. */
@NullMarked
package dev.gatehouse.console.http;

import org.jspecify.annotations.NullMarked;
