/**
 * The shape of Envoy Gateway's API, declared once in the resource files of this package: CustomResourceDefinitions, checks,
 * defaults and documentation are made from it. See {@code docs/adr/0009-schemas.md}.
 *
 * <p>A file has {@code types} by name, and the file of a kind names the types of its {@code spec} and {@code status}. A type is an
 * object ({@code fields}, {@code required}, {@code include} for the fields and rules of another type) or a scalar. A field says
 * its {@code type} (string, integer, number, boolean, intOrString, quantity, object, any, or a type's name), or that it is a
 * {@code list} or {@code map} of one; further its bounds, {@code default}, {@code rules} ({@link
 * dev.gatehouse.gatewayapi.schema.Rule}), {@code about}, and {@code expect}, a pattern in words.
 *
 * <p>The package reads no values: readers do. It knows no kind but by its file.
 */
@NullMarked
package dev.gatehouse.gatewayapi.schema;

import org.jspecify.annotations.NullMarked;
