@NullMarked
package dev.gatehouse.standalone;

import org.jspecify.annotations.NullMarked;
