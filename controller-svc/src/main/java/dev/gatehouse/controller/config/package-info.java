/**
 * Envoy Gateway's configuration file, as settings of Gatehouse's services. Pure: text in, properties and problems out; must not know
 * where the file comes from or who uses the properties.
 */
@NullMarked
package dev.gatehouse.controller.config;

import org.jspecify.annotations.NullMarked;
