/**
 * The Gatehouse that a command looks at: {@code gatehouse run} on this machine, or the services and proxies of a cluster, which are reached
 * through its API server with the user's rights. Entry: {@link dev.gatehouse.standalone.instance.InstanceOptions}, a mixin of commands. Only
 * looks; must not change anything.
 */
@NullMarked
package dev.gatehouse.standalone.instance;

import org.jspecify.annotations.NullMarked;
