package dev.gatehouse.controller;

import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.Seal;
import dev.gatehouse.events.grpc.GrpcConfigLogServer;
import io.grpc.BindableService;
import io.quarkus.grpc.GrpcService;
import java.security.SecureRandom;

/** The config log for xds-svc replicas in other processes. */
@GrpcService
final class ConfigLogEndpoint extends GrpcConfigLogServer implements BindableService {
    ConfigLogEndpoint(ConfigLog log, ControllerConfig config) {
        super(log, config.seal().keys().map(ring -> Seal.ofRing(ring, new SecureRandom())));
    }
}
