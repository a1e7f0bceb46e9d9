package dev.gatehouse.events.grpc;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.api.events.v1.DataPlaneReportsGrpc;
import dev.gatehouse.api.events.v1.PublishSummary;
import dev.gatehouse.events.DataPlaneReports;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Receives reports over gRPC and publishes them here. When a reporter's stream ends, its subscribers are reported as
 * disconnected: nobody speaks for them until the reporter is back, and it then says again who is connected.
 */
public class GrpcDataPlaneReportsServer extends DataPlaneReportsGrpc.DataPlaneReportsImplBase {
    private final DataPlaneReports topic;
    private final InstantSource clock;

    public GrpcDataPlaneReportsServer(DataPlaneReports topic, InstantSource clock) {
        this.topic = topic;
        this.clock = clock;
    }

    @Override
    public StreamObserver<DataPlaneReport> publish(StreamObserver<PublishSummary> responses) {
        return new Reporter(responses);
    }

    /** gRPC calls it one at a time. */
    private final class Reporter implements StreamObserver<DataPlaneReport> {
        private final StreamObserver<PublishSummary> responses;
        private final Map<List<String>, DataPlaneReport> connected = new LinkedHashMap<>();
        private long received;

        Reporter(StreamObserver<PublishSummary> responses) {
            this.responses = responses;
        }

        @Override
        public void onNext(DataPlaneReport report) {
            received++;
            List<String> node = List.of(report.getFleet(), report.getNodeId());
            if (report.hasDisconnected()) {
                connected.remove(node);
            } else {
                connected.put(node, report);
            }
            topic.publish(report);
        }

        @Override
        public void onError(Throwable failure) {
            disconnectAll();
        }

        @Override
        public void onCompleted() {
            disconnectAll();
            responses.onNext(PublishSummary.newBuilder().setReceived(received).build());
            responses.onCompleted();
        }

        private void disconnectAll() {
            connected
                    .values()
                    .forEach(last -> topic.publish(last.toBuilder()
                            .setAtMillis(clock.millis())
                            .setDisconnected(DataPlaneReport.Disconnected.newBuilder()
                                    .setReason("reporter " + last.getReporter() + " is away"))
                            .build()));
            connected.clear();
        }
    }
}
