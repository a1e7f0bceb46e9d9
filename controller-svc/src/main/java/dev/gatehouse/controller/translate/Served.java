package dev.gatehouse.controller.translate;

/** A generation of a Gateway or ListenerSet that a fleet serves, as soon as its proxies have it. */
public record Served(String fleet, long generation) {}
