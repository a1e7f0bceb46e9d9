@NullMarked
package dev.gatehouse.standalone.httpbin;

import org.jspecify.annotations.NullMarked;
