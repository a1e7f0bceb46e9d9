@NullMarked
package dev.gatehouse.standalone.backends;

import org.jspecify.annotations.NullMarked;
