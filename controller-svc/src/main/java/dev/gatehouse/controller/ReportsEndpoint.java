package dev.gatehouse.controller;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.api.events.v1.PublishSummary;
import dev.gatehouse.events.DataPlaneReports;
import dev.gatehouse.events.grpc.GrpcDataPlaneReportsServer;
import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.time.InstantSource;
import java.util.Optional;

/** Receives the data-plane reports of xds-svc replicas in other processes. Other callers are refused. */
@GrpcService
final class ReportsEndpoint extends GrpcDataPlaneReportsServer implements BindableService {
    private final Standing standing;

    ReportsEndpoint(DataPlaneReports reports, Standing standing) {
        super(reports, InstantSource.system());
        this.standing = standing;
    }

    @Override
    public StreamObserver<DataPlaneReport> publish(StreamObserver<PublishSummary> responses) {
        Optional<Status> refusal = ConfigLogEndpoint.refusal().or(standing::refusal);
        if (refusal.isEmpty()) {
            return super.publish(responses);
        }
        responses.onError(refusal.get().asRuntimeException());
        return Ignored.INSTANCE;
    }

    /** Ignores the remaining messages of a refused call. */
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
