/**
 * The support bundle: what is known of a Gatehouse at this time, in one archive, without secrets. Entry: {@link
 * dev.gatehouse.standalone.collect.SupportBundle}. All text that goes into the archive passes the {@link
 * dev.gatehouse.standalone.collect.Redactor}.
 */
@NullMarked
package dev.gatehouse.standalone.collect;

import org.jspecify.annotations.NullMarked;
