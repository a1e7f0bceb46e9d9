/**
 * Objects, resources and statuses as text for people: trees, YAML, JSON. Must not change what they say.
 */
@NullMarked
package dev.gatehouse.controller.text;

import org.jspecify.annotations.NullMarked;
