package dev.gatehouse.controller.translate;

/**
 * What extension servers fail at for a fleet.
 *
 * @param closed the last good version of something stays, or it is not served; otherwise it passes unchanged
 * @param message which server, at what, and what it said
 */
public record ExtensionTrouble(boolean closed, String message) {}
