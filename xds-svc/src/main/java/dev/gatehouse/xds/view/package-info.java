/**
 * Who is connected, and what each has acknowledged: for {@code gatehouse status} and the health page.
 *
 * <p>Entry: {@link dev.gatehouse.xds.view.XdsView}. Must not know how streams work.
 */
@NullMarked
package dev.gatehouse.xds.view;

import org.jspecify.annotations.NullMarked;
