package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.traffic.Compressor;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.compression.brotli.compressor.v3.Brotli;
import io.envoyproxy.envoy.extensions.compression.gzip.compressor.v3.Gzip;
import io.envoyproxy.envoy.extensions.compression.zstd.compressor.v3.Zstd;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.CompressorOverrides;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.CompressorPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.ResponseDirectionOverrides;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Compresses responses. Envoy takes the preference and the minimum size from the listener's filter only, so each
 * combination has a filter of its own. Filters without a minimum size are always in the chain, the others only if a
 * route needs them.
 */
final class CompressorFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.compressor/";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        List<HttpFilter> filters = new ArrayList<>();
        for (Compressor.Type type : Compressor.Type.values()) {
            add(filters, chain, new Compressor(type, OptionalInt.empty()));
        }
        chain.needs().sortedCompressors().forEach(compressor -> add(filters, chain, compressor));
        return filters;
    }

    private static void add(List<HttpFilter> filters, ChainContext chain, Compressor compressor) {
        for (boolean first : new boolean[] {false, true}) {
            filters.add(chain.forPolicies(name(compressor, first), config(compressor, first)));
        }
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        Map<String, Message> config = new HashMap<>();
        for (Compressor compressor : route.policies().settings().compressors()) {
            config.put(
                    name(compressor, config.isEmpty()),
                    CompressorPerRoute.newBuilder()
                            .setOverrides(CompressorOverrides.newBuilder()
                                    .setResponseDirectionConfig(ResponseDirectionOverrides.getDefaultInstance()))
                            .build());
        }
        return config;
    }

    @Override
    public Map<String, Message> switchedOff(FilterNeeds needs) {
        List<Compressor> all = new ArrayList<>(needs.sortedCompressors());
        for (Compressor.Type type : Compressor.Type.values()) {
            all.add(new Compressor(type, OptionalInt.empty()));
        }
        Map<String, Message> off = new HashMap<>();
        for (Compressor compressor : all) {
            for (boolean first : new boolean[] {false, true}) {
                off.put(
                        name(compressor, first),
                        CompressorPerRoute.newBuilder().setDisabled(true).build());
            }
        }
        return off;
    }

    private static String name(Compressor compressor, boolean first) {
        return NAME
                + compressor.type().name().toLowerCase(Locale.ROOT)
                + (first ? "-first" : "")
                + (compressor.minBytes().isPresent()
                        ? "-" + Integer.toUnsignedString(compressor.minBytes().getAsInt())
                        : "");
    }

    private static Message config(Compressor compressor, boolean first) {
        var config = io.envoyproxy.envoy.extensions.filters.http.compressor.v3.Compressor.newBuilder()
                .setCompressorLibrary(library(compressor.type()))
                .setChooseFirst(first);
        compressor
                .minBytes()
                .ifPresent(bytes -> config.getResponseDirectionConfigBuilder()
                        .getCommonConfigBuilder()
                        .setMinContentLength(UInt32Value.of(bytes)));
        return config.build();
    }

    private static TypedExtensionConfig library(Compressor.Type type) {
        return switch (type) {
            case Gzip -> Protos.extension("envoy.compression.gzip.compressor", Gzip.getDefaultInstance());
            case Brotli -> Protos.extension("envoy.compression.brotli.compressor", Brotli.getDefaultInstance());
            case Zstd -> Protos.extension("envoy.compression.zstd.compressor", Zstd.getDefaultInstance());
        };
    }
}
