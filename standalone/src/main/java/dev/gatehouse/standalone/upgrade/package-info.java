/**
 * What would change if the services of a cluster were of this version. Entry: {@link dev.gatehouse.standalone.upgrade.UpgradeCheck}. Only
 * looks, and translates the cluster's objects here.
 */
@NullMarked
package dev.gatehouse.standalone.upgrade;

import org.jspecify.annotations.NullMarked;
