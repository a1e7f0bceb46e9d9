package dev.gatehouse.events;

import dev.gatehouse.api.events.v1.DataPlaneReport;

/** Where xds-svc says what subscribers made of their configuration. Never blocks; thread-safe. */
public interface DataPlaneReports {
    void publish(DataPlaneReport report);
}
