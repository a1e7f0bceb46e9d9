package dev.gatehouse.controller.gateway;

import dev.gatehouse.gatewayapi.EnvoyProxy;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.GatewayClass;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.Resource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Resolves {@code parametersRef} of Gateways and GatewayClasses to the EnvoyProxy settings in effect. */
public final class ProxyResolver {
    /** The name of the settings for all proxies, in messages. */
    private static final String BASE = "envoyProxy of the EnvoyGateway file";

    private final Function<ObjectKey, Optional<Resource<EnvoyProxy>>> proxies;
    private final Set<String> taken;
    private final Optional<ProxyTelemetry.Tracing> tracing;
    private final Optional<EnvoyProxy> base;

    /**
     * @param proxies the EnvoyProxies by name
     * @param taken fleet names that no Gateway may take, since callout services have them
     * @param base the settings of all proxies, which EnvoyProxies of classes and Gateways override
     * @param tracing the tracing of proxies whose settings have none
     */
    public ProxyResolver(
            Function<ObjectKey, Optional<Resource<EnvoyProxy>>> proxies,
            Set<String> taken,
            Optional<EnvoyProxy> base,
            Optional<ProxyTelemetry.Tracing> tracing) {
        this.base = base;
        this.tracing = tracing;
        this.proxies = proxies;
        this.taken = Set.copyOf(taken);
    }

    private sealed interface Found {
        record None() implements Found {}

        record Proxy(ObjectKey key, EnvoyProxy proxy) implements Found {}

        record Problem(String message) implements Found {}
    }

    /** The settings of a GatewayClass, without any Gateway's. */
    public ProxyParameters ofClass(Resource<GatewayClass> gatewayClass) {
        return classAlone(gatewayClass).traced(tracing);
    }

    private ProxyParameters classAlone(Resource<GatewayClass> gatewayClass) {
        return switch (classProxy(gatewayClass)) {
            case Found.None _ -> withoutProxy();
            case Found.Problem problem -> unusable(problem.message());
            case Found.Proxy found -> {
                Based based = based(found);
                yield parameters(based.what(), found.key(), based.proxy());
            }
        };
    }

    /** @param what the name of the EnvoyProxy and of the settings it was merged with, for messages */
    private record Based(String what, EnvoyProxy proxy) {}

    /** Merges an EnvoyProxy over the settings of all proxies. */
    private Based based(Found.Proxy found) {
        String what = "EnvoyProxy " + found.key();
        return base.filter(_ -> found.proxy().merges())
                .map(less -> new Based(what + " over " + BASE, found.proxy().over(less, what + " over " + BASE)))
                .orElseGet(() -> new Based(what, found.proxy()));
    }

    private ProxyParameters withoutProxy() {
        return base.flatMap(each -> each.reading() instanceof EnvoyProxy.Reading.Valid valid
                        ? Optional.of(valid.spec())
                        : Optional.empty())
                .<ProxyParameters>map(spec -> LogFormats.problem(spec.telemetry())
                        .<ProxyParameters>map(
                                problem -> new ProxyParameters.Unusable(BASE + ": " + problem, spec, Optional.empty()))
                        .orElseGet(() -> new ProxyParameters.Usable(spec, Optional.empty(), List.of())))
                .orElse(ProxyParameters.DEFAULT);
    }

    /**
     * The fleet that serves a Gateway.
     *
     * @param fleet the fleet's name
     * @param proxy how the fleet's proxies are run
     */
    public record Placement(String fleet, ProxyParameters proxy) {}

    /**
     * The fleet of a Gateway. If the class's EnvoyProxy merges Gateways, it is the class's fleet. Otherwise the Gateway
     * has its own fleet, with its own EnvoyProxy merged over the class's EnvoyProxy by {@code mergeType}.
     */
    public Placement ofGateway(Resource<Gateway> gateway, Resource<GatewayClass> gatewayClass) {
        Optional<ObjectReference> reference = gateway.spec().infrastructure().parametersRef();
        ProxyParameters ofClass = ofClass(gatewayClass);
        if (ofClass.spec().mergeGateways()) {
            if (reference.isEmpty()) {
                return new Placement(gatewayClass.name(), ofClass);
            }
            return own(
                    gateway,
                    unusable("spec.infrastructure.parametersRef: "
                            + reference.get().kind() + " "
                            + reference.get().name() + " cannot count for a fleet that GatewayClass "
                            + gatewayClass.name() + " shares among its Gateways (expected: none; the EnvoyProxy of the"
                            + " class has mergeGateways)"));
        }
        Found own = reference.isEmpty()
                ? new Found.None()
                : find(reference.get(), gateway.namespace(), "spec.infrastructure.parametersRef");
        Found less = classProxy(gatewayClass);
        if (less instanceof Found.Problem problem) {
            return own(gateway, unusable("GatewayClass " + gatewayClass.name() + ": " + problem.message()));
        }
        return switch (own) {
            case Found.Problem problem -> own(gateway, unusable(problem.message()));
            case Found.None _ -> own(gateway, ofClass);
            case Found.Proxy found -> {
                Based basedOwn = based(found);
                String what = basedOwn.what();
                ProxyParameters parameters = parameters(what, found.key(), basedOwn.proxy());
                if (less instanceof Found.Proxy ofClassAlone && found.proxy().merges()) {
                    String merged = "EnvoyProxy " + found.key() + " over " + ofClassAlone.key();
                    parameters = parameters(
                            merged,
                            found.key(),
                            found.proxy().over(based(ofClassAlone).proxy(), merged));
                }
                yield own(
                        gateway,
                        parameters.spec().mergeGateways()
                                ? new ProxyParameters.Unusable(
                                        what + ": spec.mergeGateways: true is for the EnvoyProxy of a GatewayClass"
                                                + " (expected: false)",
                                        parameters.spec(),
                                        parameters.object())
                                : parameters);
            }
        };
    }

    private Placement own(Resource<Gateway> gateway, ProxyParameters proxy) {
        String fleet = gateway.key().toString();
        ProxyParameters run = taken.contains(fleet)
                ? unusable("metadata.name: " + fleet + " is the name by which a service of Gatehouse gets its"
                        + " configuration (expected: another name, or another namespace)")
                : proxy;
        return new Placement(fleet, run.traced(tracing));
    }

    private Found classProxy(Resource<GatewayClass> gatewayClass) {
        Optional<ObjectReference> reference = gatewayClass.spec().parametersRef();
        if (reference.isEmpty()) {
            return new Found.None();
        }
        return reference.get().namespace().isEmpty() && reference.get().kind().equals("EnvoyProxy")
                ? new Found.Problem("spec.parametersRef.namespace is missing (expected: that of EnvoyProxy "
                        + reference.get().name() + ")")
                : find(reference.get(), "", "spec.parametersRef");
    }

    private Found find(ObjectReference reference, String namespace, String field) {
        if (!reference.group().equals(Kinds.ENVOY_GATEWAY_GROUP)
                || !reference.kind().equals(Kinds.ENVOY_PROXY.name())) {
            return new Found.Problem(field + ": kind \"" + reference.kind() + "\" of group \"" + reference.group()
                    + "\" has no parameters (expected: EnvoyProxy of " + Kinds.ENVOY_GATEWAY_GROUP + ")");
        }
        ObjectKey key = reference.key(namespace);
        return proxies.apply(key)
                .<Found>map(found -> new Found.Proxy(key, found.spec()))
                .orElseGet(() -> new Found.Problem(field + ": EnvoyProxy " + key + " is not there"));
    }

    private static ProxyParameters parameters(String what, ObjectKey key, EnvoyProxy proxy) {
        return switch (proxy.reading()) {
            case EnvoyProxy.Reading.Valid valid ->
                LogFormats.problem(valid.spec().telemetry())
                        .<ProxyParameters>map(problem ->
                                new ProxyParameters.Unusable(what + ": " + problem, valid.spec(), Optional.of(key)))
                        .orElseGet(() -> new ProxyParameters.Usable(
                                valid.spec(),
                                Optional.of(key),
                                valid.warnings().stream()
                                        .map(warning -> what + ": " + warning)
                                        .toList()));
            case EnvoyProxy.Reading.Invalid invalid ->
                new ProxyParameters.Unusable(
                        what + ": " + String.join("; ", invalid.problems()), invalid.rest(), Optional.of(key));
        };
    }

    private static ProxyParameters unusable(String message) {
        return new ProxyParameters.Unusable(message, EnvoyProxySpec.DEFAULT, Optional.empty());
    }
}
