/**
 * The support bundle: the present state of a Gatehouse in one archive, without secrets. Entry: {@link
 * dev.gatehouse.standalone.collect.SupportBundle}. All text that goes into the archive passes the {@link
 * dev.gatehouse.standalone.collect.Redactor}.
 */
@NullMarked
package dev.gatehouse.standalone.collect;

import org.jspecify.annotations.NullMarked;
