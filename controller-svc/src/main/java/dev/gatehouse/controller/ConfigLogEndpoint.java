package dev.gatehouse.controller;

import dev.gatehouse.api.configlog.v1.FollowRequest;
import dev.gatehouse.api.configlog.v1.Record;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.SealRing;
import dev.gatehouse.events.grpc.GrpcConfigLogServer;
import dev.gatehouse.identity.Caller;
import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;

/** The config log for xds-svc replicas in other processes, and for nobody else. */
@GrpcService
final class ConfigLogEndpoint extends GrpcConfigLogServer implements BindableService {
    static final String FOLLOWER = "xds-svc";

    ConfigLogEndpoint(ConfigLog log, SealRing seal) {
        super(log, seal);
    }

    @Override
    public void follow(FollowRequest request, StreamObserver<Record> responses) {
        if (Caller.isService(FOLLOWER)) {
            super.follow(request, responses);
        } else {
            responses.onError(refusal().asRuntimeException());
        }
    }

    static Status refusal() {
        return Status.PERMISSION_DENIED.withDescription("not for "
                + Caller.current().map(Object::toString).orElse("you") + " (expected: the certificate of " + FOLLOWER
                + ")");
    }
}
