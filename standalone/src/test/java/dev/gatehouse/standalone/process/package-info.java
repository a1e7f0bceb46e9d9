/** What the tests of whole processes share: a child process, a copy of an example, clients. Nothing here asserts. */
@NullMarked
package dev.gatehouse.standalone.process;

import org.jspecify.annotations.NullMarked;
