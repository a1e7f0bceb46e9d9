package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.api.envoy.v1.MaxMindConfigFields;
import dev.gatehouse.controller.proto.NewerFields;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.GeoDatabases;
import dev.gatehouse.gatewayapi.security.GeoLocation;
import io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation.Builder;
import io.envoyproxy.envoy.extensions.filters.http.geoip.v3.Geoip;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.Mutations;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.geoip_providers.common.v3.CommonGeoipProviderConfig;
import io.envoyproxy.envoy.extensions.geoip_providers.common.v3.CommonGeoipProviderConfig.GeolocationHeadersToAdd;
import io.envoyproxy.envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Locates the client of a request for authorization rules. The location is in headers that no client can send and no
 * backend gets. It is looked up by the client's address as the listener detects it.
 */
public final class GeoFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.geoip";
    private static final String STRIP = "gatehouse.filters.http.geo.strip";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        Set<GeoLocation.Field> fields = chain.needs().geo();
        return fields.isEmpty() || chain.geo().isEmpty()
                ? List.of()
                : List.of(ChainContext.always(NAME, locating(chain.geo().get(), fields)));
    }

    /** The filter that removes location headers sent by clients. It is the first filter of all, whatever filterOrder says. */
    static List<HttpFilter> strip(ChainContext chain) {
        if (chain.needs().geo().isEmpty()) {
            return List.of();
        }
        Mutations.Builder mutations = Mutations.newBuilder();
        headers(chain.needs())
                .forEach(name -> mutations.addRequestMutations(mutation().setRemove(name)));
        return List.of(ChainContext.always(
                STRIP, HeaderMutation.newBuilder().setMutations(mutations).build()));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return Map.of();
    }

    /** The location headers that a listener's rules read. */
    public static Collection<String> headers(FilterNeeds needs) {
        return needs.geo().stream().sorted().map(GeoFilter::header).toList();
    }

    /** The header with the location field {@code field}. */
    static String header(GeoLocation.Field field) {
        return "x-gatehouse-geo-" + field.name().toLowerCase(Locale.ROOT);
    }

    private static Builder mutation() {
        return io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation.newBuilder();
    }

    private static Geoip locating(GeoDatabases databases, Set<GeoLocation.Field> fields) {
        GeolocationHeadersToAdd.Builder keys = GeolocationHeadersToAdd.newBuilder();
        List<GeoLocation.Field> sorted = new ArrayList<>(fields);
        sorted.sort(null);
        for (GeoLocation.Field field : sorted) {
            switch (field) {
                case COUNTRY -> keys.setCountry(header(field));
                case REGION -> keys.setRegion(header(field));
                case CITY -> keys.setCity(header(field));
                case ASN -> keys.setAsn(header(field));
                case ISP -> keys.setIsp(header(field));
                case ANONYMOUS -> keys.setAnon(header(field));
                case VPN -> keys.setAnonVpn(header(field));
                case HOSTING -> keys.setAnonHosting(header(field));
                case TOR -> keys.setAnonTor(header(field));
                case PROXY -> keys.setAnonProxy(header(field));
            }
        }
        MaxMindConfig.Builder config = MaxMindConfig.newBuilder()
                .setCommonProviderConfig(CommonGeoipProviderConfig.newBuilder().setGeoHeadersToAdd(keys));
        databases.city().ifPresent(config::setCityDbPath);
        databases.asn().ifPresent(config::setAsnDbPath);
        databases.isp().ifPresent(config::setIspDbPath);
        databases.anonymous().ifPresent(config::setAnonDbPath);
        MaxMindConfig provider = databases
                .country()
                .map(path -> NewerFields.with(
                        config.build(),
                        MaxMindConfigFields.newBuilder().setCountryDbPath(path).build()))
                .orElseGet(config::build);
        return Geoip.newBuilder()
                .setProvider(Protos.extension("envoy.geoip_providers.maxmind", provider))
                .build();
    }
}
