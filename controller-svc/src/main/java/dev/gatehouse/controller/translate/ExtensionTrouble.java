package dev.gatehouse.controller.translate;

/**
 * A failure of extension servers for a fleet.
 *
 * @param closed true: the affected resources keep their last good version or are not served; false: they pass unchanged
 * @param message the server, the resource, and the server's error
 */
public record ExtensionTrouble(boolean closed, String message) {}
