@NullMarked
package dev.gatehouse.standalone.fleet;

import org.jspecify.annotations.NullMarked;
