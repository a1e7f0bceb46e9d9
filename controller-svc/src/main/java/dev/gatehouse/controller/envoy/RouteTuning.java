package dev.gatehouse.controller.envoy;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;
import dev.gatehouse.api.envoy.v1.TracingFields;
import dev.gatehouse.controller.proto.NewerFields;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.route.ResolvedRoute.Rule;
import dev.gatehouse.gatewayapi.HttpRoute;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Fraction;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer.HashInput;
import dev.gatehouse.gatewayapi.traffic.Retry;
import dev.gatehouse.gatewayapi.traffic.RouteTracing;
import dev.gatehouse.gatewayapi.traffic.StatNames;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings.Upgrade;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction.HashPolicy;
import io.envoyproxy.envoy.config.route.v3.Tracing;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Applies timeouts, retries and other settings of a rule and its BackendTrafficPolicy to a route. The rule's own settings win. */
final class RouteTuning {
    private static final String WEBSOCKET = "websocket";
    private static final int HOST_ATTEMPTS = 5;

    /** Envoy's default idle timeout of a stream. */
    private static final Duration STREAM_IDLE = Duration.ofMinutes(5);

    private static final List<String> LOAD_REPORTS = List.of("endpoint-load-metrics", "endpoint-load-metrics-bin");

    private RouteTuning() {}

    /** Applies the settings outside of the route's action. */
    static void apply(Route.Builder route, ObjectRef ref, Rule.Http rule, TrafficSettings settings) {
        settings.tracing().map(RouteTuning::tracing).ifPresent(route::setTracing);
        settings.routeStatName().ifPresent(name -> route.setStatPrefix(StatNames.of(name, ref, rule.name())));
        if (!route.hasRoute()) {
            return;
        }
        if (!settings.compressors().isEmpty()
                && !route.getRequestHeadersToRemoveList().contains("accept-encoding")) {
            // A backend that compresses itself would prevent the preferred algorithm.
            route.addRequestHeadersToRemove("accept-encoding");
        }
        settings.backend()
                .loadBalancer()
                .flatMap(LoadBalancer::backendUtilization)
                .filter(utilization -> !utilization.keepHeaders())
                .ifPresent(_ -> LOAD_REPORTS.stream()
                        .filter(header ->
                                !route.getResponseHeadersToRemoveList().contains(header))
                        .forEach(route::addResponseHeadersToRemove));
    }

    /** @param clientsIdle gives the limit of the listener for streams without data, if its clients' policy has one */
    static void apply(
            RouteAction.Builder action,
            Rule.Http rule,
            TrafficSettings settings,
            Supplier<Optional<Duration>> clientsIdle) {
        timeouts(action, rule, settings.backend(), clientsIdle);
        rule.retry()
                .map(retry -> retry(retry, rule.timeouts()))
                .or(() -> settings.backend().retry().map(retry -> retry(retry, rule.timeouts())))
                .ifPresent(action::setRetryPolicy);
        settings.backend().loadBalancer().flatMap(LoadBalancer::consistentHash).ifPresent(hash -> {
            action.addAllHashPolicy(hashPolicies(hash.input()));
            if (action.hasWeightedClusters()) {
                // Without this field the hash would select only the endpoint within a randomly selected backend.
                action.getWeightedClustersBuilder().setUseHashPolicy(BoolValue.of(true));
            }
        });
        if (!rule.grpc()) {
            action.addAllUpgradeConfigs(upgrades(settings));
        }
    }

    /** The listener permits WebSocket. A route that lists upgrades without it, or that buffers whole requests, refuses it. */
    private static List<RouteAction.UpgradeConfig> upgrades(TrafficSettings settings) {
        List<RouteAction.UpgradeConfig> configs = new ArrayList<>();
        for (Upgrade upgrade : settings.upgrades().orElse(List.of())) {
            if (!upgrade.isConnect()) {
                configs.add(RouteAction.UpgradeConfig.newBuilder()
                        .setUpgradeType(upgrade.type())
                        .build());
            }
        }
        boolean named =
                settings.upgrades().isPresent() || settings.requestBufferBytes().isPresent();
        if (named && configs.stream().noneMatch(each -> each.getUpgradeType().equalsIgnoreCase(WEBSOCKET))) {
            configs.add(RouteAction.UpgradeConfig.newBuilder()
                    .setUpgradeType(WEBSOCKET)
                    .setEnabled(BoolValue.of(false))
                    .build());
        }
        return configs;
    }

    /** The handling of CONNECT requests; empty: they are not served. */
    static Optional<RouteAction.UpgradeConfig> connect(TrafficSettings settings) {
        return settings.upgrades().orElse(List.of()).stream()
                .filter(Upgrade::isConnect)
                .findFirst()
                .map(upgrade -> {
                    RouteAction.UpgradeConfig.Builder config =
                            RouteAction.UpgradeConfig.newBuilder().setUpgradeType("CONNECT");
                    if (upgrade.terminate()) {
                        config.setConnectConfig(RouteAction.UpgradeConfig.ConnectConfig.getDefaultInstance());
                    }
                    return config.build();
                });
    }

    private static void timeouts(
            RouteAction.Builder action,
            Rule.Http rule,
            BackendSettings settings,
            Supplier<Optional<Duration>> clientsIdle) {
        Optional<Duration> request = rule.timeouts().request();
        Optional<Duration> backend = rule.timeouts().backendRequest().filter(d -> !d.isZero());
        if (rule.grpc()) {
            // A gRPC stream may live long, and clients bound their calls by grpc-timeout. Envoy ignores the timeout of
            // a
            // route that honours this header, so that a limit is one of the stream's duration.
            Optional<Duration> limit = request.or(settings.timeouts()::request).filter(d -> !d.isZero());
            RouteAction.MaxStreamDuration.Builder calls = RouteAction.MaxStreamDuration.newBuilder()
                    .setGrpcTimeoutHeaderMax(Protos.duration(limit.orElse(Duration.ZERO)));
            limit.map(Protos::duration).ifPresent(calls::setMaxStreamDuration);
            action.setTimeout(Protos.duration(Duration.ZERO)).setMaxStreamDuration(calls);
            limit.ifPresent(each -> idleAfter(action, each, clientsIdle));
        } else if (request.isPresent() || backend.isPresent()) {
            boolean retries = rule.retry().isPresent() || settings.retry().isPresent();
            Duration whole = request.filter(d -> !d.isZero())
                    .map(limit ->
                            !retries && backend.isPresent() && backend.get().compareTo(limit) < 0
                                    ? backend.get()
                                    : limit)
                    .orElse(retries ? Duration.ZERO : backend.orElse(Duration.ZERO));
            if (request.isPresent() || !whole.isZero()) {
                limit(action, whole, clientsIdle);
            } else {
                // Each try is limited, and their number.
                action.setTimeout(Protos.duration(whole));
            }
        } else {
            settings.timeouts().request().ifPresent(limit -> limit(action, limit, clientsIdle));
        }
        settings.timeouts().maxStream().map(Protos::duration).ifPresent(limit -> {
            RouteAction.MaxStreamDuration.Builder stream = action.getMaxStreamDurationBuilder();
            if (!stream.hasMaxStreamDuration() || Durations.compare(limit, stream.getMaxStreamDuration()) < 0) {
                stream.setMaxStreamDuration(limit);
            }
        });
        settings.timeouts().streamIdle().map(Protos::duration).ifPresent(action::setIdleTimeout);
    }

    /** Limits a whole request; 0: no limit. */
    private static void limit(RouteAction.Builder action, Duration limit, Supplier<Optional<Duration>> clientsIdle) {
        action.setTimeout(Protos.duration(limit));
        idleAfter(action, limit, clientsIdle);
    }

    private static void idleAfter(
            RouteAction.Builder action, Duration limit, Supplier<Optional<Duration>> clientsIdle) {
        // Without an idle timeout of its own a longer request would end after five minutes without data.
        boolean longer = limit.isZero() || limit.compareTo(STREAM_IDLE) > 0;
        if (longer && clientsIdle.get().isEmpty()) {
            action.setIdleTimeout(Protos.duration(limit));
        }
    }

    private static RetryPolicy retry(HttpRoute.Retry retry, HttpRoute.Timeouts timeouts) {
        RetryPolicy.Builder policy = retry(
                "reset," + String.join(",", Retry.DEFAULT.effectiveTriggers()),
                retry.codes().isEmpty() ? Retry.DEFAULT.effectiveStatuses() : retry.codes(),
                retry.attempts().orElse(Retry.DEFAULT.retries()));
        perTry(policy, timeouts.backendRequest());
        retry.backoff()
                .filter(backoff -> !backoff.isZero())
                .ifPresent(backoff -> policy.setRetryBackOff(RetryPolicy.RetryBackOff.newBuilder()
                        .setBaseInterval(Protos.duration(backoff))
                        .setMaxInterval(Protos.duration(backoff.multipliedBy(10)))));
        return policy.build();
    }

    private static RetryPolicy retry(Retry retry, HttpRoute.Timeouts timeouts) {
        RetryPolicy.Builder policy =
                retry(String.join(",", retry.effectiveTriggers()), retry.effectiveStatuses(), retry.retries());
        retry.attemptsPerPriority()
                .ifPresent(attempts -> policy.setRetryPriority(RetryPolicy.RetryPriority.newBuilder()
                        .setName("envoy.retry_priorities.previous_priorities")
                        .setTypedConfig(Protos.any(PreviousPrioritiesConfig.newBuilder()
                                .setUpdateFrequency(attempts)
                                .build()))));
        perTry(policy, retry.perTryTimeout().or(timeouts::backendRequest));
        retry.baseInterval().ifPresent(base -> {
            RetryPolicy.RetryBackOff.Builder backOff =
                    RetryPolicy.RetryBackOff.newBuilder().setBaseInterval(Protos.duration(base));
            retry.maxInterval().map(Protos::duration).ifPresent(backOff::setMaxInterval);
            policy.setRetryBackOff(backOff);
        });
        return policy.build();
    }

    /** A policy whose retries prefer endpoints that have not been tried. */
    private static RetryPolicy.Builder retry(String triggers, List<Integer> statuses, int retries) {
        return RetryPolicy.newBuilder()
                .setRetryOn(triggers)
                .addAllRetriableStatusCodes(statuses)
                .setNumRetries(UInt32Value.of(retries))
                .addRetryHostPredicate(RetryPolicy.RetryHostPredicate.newBuilder()
                        .setName("envoy.retry_host_predicates.previous_hosts")
                        .setTypedConfig(Protos.any(PreviousHostsPredicate.getDefaultInstance())))
                .setHostSelectionRetryMaxAttempts(HOST_ATTEMPTS);
    }

    private static void perTry(RetryPolicy.Builder policy, Optional<Duration> timeout) {
        timeout.filter(each -> !each.isZero()).map(Protos::duration).ifPresent(policy::setPerTryTimeout);
    }

    private static List<HashPolicy> hashPolicies(HashInput input) {
        return switch (input) {
            case HashInput.SourceIp _ ->
                List.of(HashPolicy.newBuilder()
                        .setConnectionProperties(
                                HashPolicy.ConnectionProperties.newBuilder().setSourceIp(true))
                        .build());
            case HashInput.Headers headers ->
                headers.names().stream()
                        .map(name -> HashPolicy.newBuilder()
                                .setHeader(HashPolicy.Header.newBuilder().setHeaderName(name))
                                .build())
                        .toList();
            case HashInput.QueryParams params ->
                params.names().stream()
                        .map(name -> HashPolicy.newBuilder()
                                .setQueryParameter(
                                        HashPolicy.QueryParameter.newBuilder().setName(name))
                                .build())
                        .toList();
            case HashInput.Cookie cookie -> {
                HashPolicy.Cookie.Builder made = HashPolicy.Cookie.newBuilder().setName(cookie.name());
                cookie.ttl().map(Protos::duration).ifPresent(made::setTtl);
                cookie.attributes()
                        .forEach((name, value) -> made.addAttributes(HashPolicy.CookieAttribute.newBuilder()
                                .setName(name)
                                .setValue(value)));
                yield List.of(HashPolicy.newBuilder().setCookie(made).build());
            }
        };
    }

    private static Tracing tracing(RouteTracing settings) {
        Tracing.Builder tracing = Tracing.newBuilder().setClientSampling(share(settings.clientSampled()));
        settings.sampled().map(RouteTuning::share).ifPresent(tracing::setRandomSampling);
        settings.overallSampled().map(RouteTuning::share).ifPresent(tracing::setOverallSampling);
        tracing.addAllCustomTags(Observability.tags(settings.tags(), settings.formats()));
        return settings.spanName()
                .map(name -> NewerFields.with(
                        tracing.build(),
                        TracingFields.newBuilder()
                                .setOperation(name.client())
                                .setUpstreamOperation(name.server())
                                .build()))
                .orElseGet(tracing::build);
    }

    private static FractionalPercent share(Fraction fraction) {
        return Protos.fraction(fraction.numerator(), fraction.denominator());
    }
}
