package dev.gatehouse.xds.snapshot;

/** A resource within a fleet. */
public record ResourceKey(String typeUrl, String name) {}
