/** Formats objects, resources and statuses as text for people: trees, YAML, JSON. Must not change their content. */
@NullMarked
package dev.gatehouse.controller.text;

import org.jspecify.annotations.NullMarked;
