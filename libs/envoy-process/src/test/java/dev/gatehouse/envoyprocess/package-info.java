@NullMarked
package dev.gatehouse.envoyprocess;

import org.jspecify.annotations.NullMarked;
