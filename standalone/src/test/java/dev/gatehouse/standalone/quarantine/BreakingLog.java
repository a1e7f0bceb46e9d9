package dev.gatehouse.standalone.quarantine;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.Follower;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.Optional;

/**
 * A config log that breaks what the controller's checks have let through: a route that carries the number of a {@link Breakage}, and
 * each other resource that is named for it. What does not ask to be broken passes as it is.
 */
final class BreakingLog implements ConfigLog {
    private final MemoryConfigLog log;

    BreakingLog(String epoch) {
        log = new MemoryConfigLog(epoch);
    }

    @Override
    public Position append(Transaction transaction) {
        return log.append(new Transaction(
                transaction.fleet(),
                transaction.puts().stream().map(BreakingLog::broken).toList(),
                transaction.deletes(),
                transaction.publishedAt(),
                transaction.fleetRemoved()));
    }

    @Override
    public Subscription follow(Optional<Position> after, Follower follower) {
        return log.follow(after, follower);
    }

    private static Put broken(Put put) {
        try {
            return switch (put.id().typeUrl()) {
                case TypeUrls.ROUTES -> with(put, table(RouteConfiguration.parseFrom(put.resource())));
                case TypeUrls.VIRTUAL_HOST ->
                    with(
                            put,
                            host(VirtualHost.parseFrom(put.resource()).toBuilder())
                                    .build());
                case TypeUrls.CLUSTER ->
                    put.id().name().contains(Breakage.CLUSTER)
                            ? with(put, Breakage.cluster(Cluster.parseFrom(put.resource())))
                            : put;
                case TypeUrls.ENDPOINTS ->
                    put.id().name().contains(Breakage.ENDPOINTS)
                            ? with(put, Breakage.endpoints(ClusterLoadAssignment.parseFrom(put.resource())))
                            : put;
                case TypeUrls.LISTENER -> {
                    Listener listener = Listener.parseFrom(put.resource());
                    yield listener.toString().contains(Breakage.LISTENER)
                            ? with(put, Breakage.listener(listener))
                            : put;
                }
                default -> put;
            };
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(put.id() + " cannot be read", e);
        }
    }

    private static Put with(Put put, Message message) {
        return new Put(put.id(), put.version(), message.toByteString(), put.secret());
    }

    private static RouteConfiguration table(RouteConfiguration table) {
        RouteConfiguration.Builder broken = table.toBuilder();
        broken.getVirtualHostsBuilderList().forEach(BreakingLog::host);
        return broken.build();
    }

    private static VirtualHost.Builder host(VirtualHost.Builder host) {
        for (Route.Builder route : host.getRoutesBuilderList()) {
            Breakage.of(route).ifPresent(breakage -> breakage.accept(route));
        }
        return host;
    }
}
