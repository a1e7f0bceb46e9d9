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
import java.util.Optional;

/** The config log for xds-svc replicas in other processes. Other callers are refused. */
@GrpcService
final class ConfigLogEndpoint extends GrpcConfigLogServer implements BindableService {
    static final String FOLLOWER = "xds-svc";

    private final Standing standing;

    ConfigLogEndpoint(ConfigLog log, SealRing seal, Standing standing) {
        super(log, seal);
        this.standing = standing;
    }

    @Override
    public void follow(FollowRequest request, StreamObserver<Record> responses) {
        Optional<Status> refusal = refusal().or(standing::refusal);
        if (refusal.isPresent()) {
            responses.onError(refusal.get().asRuntimeException());
        } else {
            super.follow(request, responses);
        }
    }

    /** The status that refuses the current call; empty: the caller is permitted. */
    static Optional<Status> refusal() {
        if (Caller.isService(FOLLOWER)) {
            return Optional.empty();
        }
        return Optional.of(Status.PERMISSION_DENIED.withDescription("not for "
                + Caller.current().map(Object::toString).orElse("you") + " (expected: the certificate of " + FOLLOWER
                + ")"));
    }
}
