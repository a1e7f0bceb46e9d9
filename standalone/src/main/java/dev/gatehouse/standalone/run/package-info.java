/**
 * The running instance of standalone mode: the services in this process, the Envoys and built-in backends that follow
 * the controller's translation, the admin page on loopback, and the terminal output. Must not translate or parse
 * objects.
 */
@NullMarked
package dev.gatehouse.standalone.run;

import org.jspecify.annotations.NullMarked;
