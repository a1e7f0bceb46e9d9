/**
 * The running instance of standalone mode: the services in this process, the Envoys and built-in backends that follow what the
 * controller translated, the admin page on loopback, and what the terminal shows. Must not translate or parse objects.
 */
@NullMarked
package dev.gatehouse.standalone.run;

import org.jspecify.annotations.NullMarked;
