/**
 * The entry point of controller-svc: wires its core to its adapters.
 */
@NullMarked
package dev.gatehouse.controller;

import org.jspecify.annotations.NullMarked;
