package dev.gatehouse.controller.translate;

/** The generation of a Gateway or ListenerSet that a fleet serves once its proxies have the generation's resources. */
public record Served(String fleet, long generation) {}
