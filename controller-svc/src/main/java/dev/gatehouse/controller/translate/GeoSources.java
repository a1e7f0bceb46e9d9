package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.gatewayapi.GeoDatabases;
import dev.gatehouse.gatewayapi.security.Authorization;
import dev.gatehouse.gatewayapi.security.GeoLocation;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Checks whether listeners can evaluate rules about clients' locations. A location needs the client's address on the
 * listener and a geo database of the fleet.
 */
final class GeoSources {
    private static final String FIELD = "spec.authorization: clientIPGeoLocations";

    private final Model model;

    GeoSources(Model model) {
        this.model = model;
    }

    /** Why {@code settings} cannot be enforced on one of {@code listeners}; empty: they can be enforced on all. */
    Optional<String> problem(Reads reads, SecuritySettings settings, Collection<ListenerKey> listeners) {
        SortedSet<GeoLocation.Field> fields =
                settings.authorization().map(Authorization::geoFields).orElse(new TreeSet<>());
        return fields.isEmpty()
                ? Optional.empty()
                : listeners.stream()
                        .sorted()
                        .flatMap(listener -> problem(reads, fields, listener).stream())
                        .findFirst();
    }

    private Optional<String> problem(Reads reads, SortedSet<GeoLocation.Field> fields, ListenerKey listener) {
        if (model.clients.of(reads, listener).settings().clientIp().isEmpty()) {
            return Optional.of(FIELD + " needs to know by which address listener " + listener
                    + " knows its clients (expected: clientIPDetection in a ClientTrafficPolicy)");
        }
        Optional<GeoDatabases> databases = reads.get(model.serving, listener.gateway())
                .map(ServingGateway::proxy)
                .flatMap(proxy -> proxy.spec().geoIp());
        if (databases.isEmpty()) {
            return Optional.of(FIELD + " needs a database of locations, and Gateway " + listener.gateway()
                    + " has none (expected: spec.geoIP.provider in its EnvoyProxy)");
        }
        return fields.stream()
                .flatMap(field -> databases.get().missing(field).stream())
                .findFirst()
                .map(missing -> FIELD + " needs a database that Gateway " + listener.gateway()
                        + " does not have (expected: spec.geoIP.provider.maxMind." + missing + " in its EnvoyProxy)");
    }
}
