package dev.gatehouse.console;

/**
 * The response to a request of the console.
 *
 * @param type the media type, with its charset
 */
public record Answer(int status, String type, byte[] body) {}
