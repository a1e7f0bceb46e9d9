package dev.gatehouse.controller;

import dev.gatehouse.events.DataPlaneReports;
import dev.gatehouse.events.grpc.GrpcDataPlaneReportsServer;
import io.grpc.BindableService;
import io.quarkus.grpc.GrpcService;
import java.time.InstantSource;

/** The data-plane reports of xds-svc replicas in other processes. */
@GrpcService
final class ReportsEndpoint extends GrpcDataPlaneReportsServer implements BindableService {
    ReportsEndpoint(DataPlaneReports reports) {
        super(reports, InstantSource.system());
    }
}
