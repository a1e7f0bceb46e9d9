package dev.gatehouse.controller;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.api.events.v1.PublishSummary;
import dev.gatehouse.events.DataPlaneReports;
import dev.gatehouse.events.grpc.GrpcDataPlaneReportsServer;
import dev.gatehouse.identity.Caller;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.time.InstantSource;

/** The data-plane reports of xds-svc replicas in other processes, and of nobody else. */
@GrpcService
final class ReportsEndpoint extends GrpcDataPlaneReportsServer implements BindableService {
    ReportsEndpoint(DataPlaneReports reports) {
        super(reports, InstantSource.system());
    }

    @Override
    public StreamObserver<DataPlaneReport> publish(StreamObserver<PublishSummary> responses) {
        if (Caller.isService(ConfigLogEndpoint.FOLLOWER)) {
            return super.publish(responses);
        }
        responses.onError(ConfigLogEndpoint.refusal().asRuntimeException());
        return Ignored.INSTANCE;
    }

    /** What is left of a call that was refused. */
    private enum Ignored implements StreamObserver<DataPlaneReport> {
        INSTANCE;

        @Override
        public void onNext(DataPlaneReport report) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
