package dev.gatehouse.console;

/**
 * What a request is answered with.
 *
 * @param type the media type, with its charset
 */
public record Answer(int status, String type, byte[] body) {}
