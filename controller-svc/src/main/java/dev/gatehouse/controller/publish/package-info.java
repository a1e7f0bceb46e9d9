/**
 * What leaves the controller and what comes back: transactions for the config log, and what the proxies say of them as the
 * state of a fleet. Must not translate.
 */
@NullMarked
package dev.gatehouse.controller.publish;

import org.jspecify.annotations.NullMarked;
