/** HTTP/1.1 as it is written on the wire: a client and a backend that hide nothing. */
@NullMarked
package dev.gatehouse.waf.http;

import org.jspecify.annotations.NullMarked;
