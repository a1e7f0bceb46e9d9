package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.BackendAddresses;
import dev.gatehouse.controller.backend.BackendResolver;
import dev.gatehouse.controller.backend.BackendWishes;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.envoy.ClusterResources;
import dev.gatehouse.controller.envoy.WafResources;
import dev.gatehouse.controller.extensionserver.ExtensionReference;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.gateway.GatewayResolver;
import dev.gatehouse.controller.gateway.ListenerFilters;
import dev.gatehouse.controller.gateway.PreRouting;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.route.RouteAttacher;
import dev.gatehouse.controller.route.RouteResolver;
import dev.gatehouse.controller.security.SecurityOutcome;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.CredentialInjection;
import dev.gatehouse.gatewayapi.HttpRouteFilter;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.Listener;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.Service;
import dev.gatehouse.gatewayapi.ServiceImport;
import dev.gatehouse.gatewayapi.WafPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.IntUnaryOperator;

/** What resolvers read of the model: one world for each of them. */
final class Worlds {
    private final Inputs inputs;
    private final Model model;
    private final Collection<ObjectKey, GatewayResolver.CertificateCheck> certificates;
    private final IntUnaryOperator boundPort;
    private final BackendAddresses addresses;
    private final ExtensionServers servers;

    /** @param certificates the checks of the Secrets of certificates */
    Worlds(
            Inputs inputs,
            Model model,
            Collection<ObjectKey, GatewayResolver.CertificateCheck> certificates,
            Settings settings) {
        this.inputs = inputs;
        this.model = model;
        this.certificates = certificates;
        boundPort = settings.boundPort();
        addresses = settings.backendAddresses();
        servers = settings.extensions().servers();
    }

    GatewayResolver.World gateways(Reads reads) {
        return new GatewayResolver.World() {
            @Override
            public GatewayResolver.CertificateCheck certificate(ObjectKey secret) {
                return reads.get(certificates, secret).orElse(new GatewayResolver.CertificateCheck.Missing());
            }

            @Override
            public GatewayResolver.CertificateCheck bundle(String kind, ObjectKey key) {
                return model.authorities(reads, kind, key);
            }

            @Override
            public boolean permitted(ReferenceGrant.Origin from, String group, String kind, ObjectKey to) {
                return inputs.permitted(reads, from, group, kind, to);
            }

            @Override
            public Map<String, String> namespaceLabels(String namespace) {
                return inputs.namespaceLabels(reads, namespace);
            }

            @Override
            public Target backend(ReferenceGrant.Origin origin, BackendReference reference, boolean grpc) {
                return backends(reads).resolve(origin, reference, grpc, "TCP");
            }

            @Override
            public ListenerFilters.Extension extension(ObjectKey policy, String kind) {
                return kind.equals(Kinds.WAF_POLICY.name()) ? wafFilter(reads, policy) : accessFilter(reads, policy);
            }
        };
    }

    RouteAttacher.World attachments(Reads reads) {
        GatewayResolver resolver = new GatewayResolver(gateways(reads), boundPort);
        return new RouteAttacher.World() {
            @Override
            public Optional<ServingGateway> gateway(ObjectKey key) {
                return reads.get(model.serving, key);
            }

            @Override
            public Set<ObjectKey> defaultGateways() {
                return reads.get(model.defaultGateways, Model.ALL)
                        .map(SortedMap::keySet)
                        .orElse(Set.of());
            }

            @Override
            public Optional<ObjectKey> gatewayOf(ObjectKey listenerSet) {
                return reads.get(inputs.of(Kinds.LISTENER_SET), listenerSet)
                        .map(set -> set.spec().parent().key(set.namespace()));
            }

            @Override
            public boolean allows(Listener.Namespaces allowed, String own, String namespace) {
                return resolver.allows(allowed, own, namespace);
            }
        };
    }

    RouteResolver.World routes(Reads reads) {
        BackendResolver backends = backends(reads);
        return new RouteResolver.World() {
            @Override
            public Target backend(ObjectRef route, BackendReference reference, boolean grpc, String transport) {
                return backends.resolve(route, reference, grpc, transport);
            }

            @Override
            public Optional<Resource<HttpRouteFilter>> filter(ObjectKey key) {
                return reads.get(inputs.of(Kinds.HTTP_ROUTE_FILTER), key);
            }

            @Override
            public Optional<String> credentialProblem(ObjectKey filter, ObjectReference secret) {
                return Worlds.this.credentialProblem(reads, filter, secret);
            }

            @Override
            public Optional<ConfigMap> configMap(ObjectKey key) {
                return reads.get(inputs.of(Kinds.CONFIG_MAP), key).map(Resource::spec);
            }

            @Override
            public boolean isExtension(String group, String kind) {
                return servers.resource(group, kind).isPresent();
            }

            @Override
            public boolean extension(ExtensionReference object) {
                return servers.resource(object.group(), object.kind())
                        .flatMap(kind -> reads.get(inputs.of(kind), object.key()))
                        .isPresent();
            }
        };
    }

    BackendResolver backends(Reads reads) {
        return new BackendResolver(
                new BackendResolver.World() {
                    @Override
                    public Optional<Resource<Service>> service(ObjectKey key) {
                        return reads.get(inputs.of(Kinds.SERVICE), key);
                    }

                    @Override
                    public Optional<Resource<ServiceImport>> serviceImport(ObjectKey key) {
                        return reads.get(inputs.of(Kinds.SERVICE_IMPORT), key);
                    }

                    @Override
                    public Optional<Resource<Backend>> backend(ObjectKey key) {
                        return reads.get(inputs.of(Kinds.BACKEND), key);
                    }

                    @Override
                    public boolean invalidBackend(ObjectKey key) {
                        return reads.get(inputs.broken(), ObjectRef.of(Kinds.BACKEND, key))
                                .isPresent();
                    }

                    @Override
                    public boolean permitted(ReferenceGrant.Origin from, String group, String kind, ObjectKey to) {
                        return inputs.permitted(reads, from, group, kind, to);
                    }

                    @Override
                    public BackendResolver.TlsVerdict tls(ObjectRef backend, Optional<String> section) {
                        return model.backendTls.verdict(reads, backend, section);
                    }

                    @Override
                    public BackendWishes wishes(ObjectRef backend) {
                        return model.backendPolicies.wishes(reads, backend);
                    }

                    @Override
                    public Optional<String> authoritiesProblem(List<ObjectReference> references, String namespace) {
                        return model.backendTls.problem(reads, references, namespace);
                    }

                    @Override
                    public Optional<String> certificateProblem(ObjectKey secret) {
                        return switch (reads.get(certificates, secret)
                                .orElse(new GatewayResolver.CertificateCheck.Missing())) {
                            case GatewayResolver.CertificateCheck.Valid _,
                                    GatewayResolver.CertificateCheck.Discovered _ -> Optional.empty();
                            case GatewayResolver.CertificateCheck.Missing _ -> Optional.of("is not there");
                            case GatewayResolver.CertificateCheck.Invalid invalid -> Optional.of(invalid.problem());
                        };
                    }

                    @Override
                    public Optional<String> refusal(ClusterSpec cluster) {
                        return ClusterResources.problem(cluster);
                    }

                    @Override
                    public boolean isExtension(String group, String kind) {
                        return servers.backend(group, kind).isPresent();
                    }

                    @Override
                    public boolean extension(ExtensionReference backend) {
                        return servers.backend(backend.group(), backend.kind())
                                .flatMap(kind -> reads.get(inputs.of(kind), backend.key()))
                                .isPresent();
                    }
                },
                addresses);
    }

    private ListenerFilters.Extension wafFilter(Reads reads, ObjectKey key) {
        Optional<Resource<WafPolicy>> policy = reads.get(inputs.of(Kinds.WAF_POLICY), key);
        if (policy.isEmpty()) {
            return unusable(reads, Kinds.WAF_POLICY, key);
        }
        if (policy.get().spec().effectiveMode() == WafPolicy.Mode.Off) {
            return new ListenerFilters.Extension.Off();
        }
        return reads.get(model.wafs.outcomes(), key)
                        .filter(WafResources.Outcome.Invalid.class::isInstance)
                        .isPresent()
                ? unusable(reads, Kinds.WAF_POLICY, key)
                : new ListenerFilters.Extension.Found(
                        new PreRouting.Waf(key, policy.get().spec()));
    }

    private ListenerFilters.Extension accessFilter(Reads reads, ObjectKey key) {
        return switch (model.securities.outcome(reads, key)) {
            case SecurityOutcome.Enforced enforced
            when enforced.security().byAuthzServiceAlone() ->
                new ListenerFilters.Extension.Found(new PreRouting.Access(key));
            case SecurityOutcome.Enforced _ ->
                new ListenerFilters.Extension.Unusable("SecurityPolicy " + key
                        + " has other sections than apiKeyAuth and basicAuth, which alone can run before routing");
            case SecurityOutcome.Invalid _ -> unusable(reads, Kinds.SECURITY_POLICY, key);
        };
    }

    private ListenerFilters.Extension unusable(Reads reads, Kind<?> kind, ObjectKey key) {
        boolean there = reads.get(inputs.of(kind), key).isPresent()
                || reads.get(inputs.broken(), ObjectRef.of(kind, key)).isPresent();
        return new ListenerFilters.Extension.Unusable(
                kind.name() + " " + key + (there ? " cannot be enforced; see its status" : " is not there"));
    }

    private Optional<String> credentialProblem(Reads reads, ObjectKey filter, ObjectReference reference) {
        ObjectKey key = reference.key(filter.namespace());
        if (!reference.group().isEmpty() || !reference.kind().equals(Kinds.SECRET.name())) {
            return Optional.of("\"" + reference.kind() + "\" cannot hold a credential (expected: a Secret)");
        }
        ReferenceGrant.Origin origin = new ReferenceGrant.Origin(
                Kinds.ENVOY_GATEWAY_GROUP, Kinds.HTTP_ROUTE_FILTER.name(), filter.namespace());
        if (!inputs.permitted(reads, origin, "", Kinds.SECRET.name(), key)) {
            return Optional.of("Secret " + key + " is in another namespace, and no ReferenceGrant there permits it");
        }
        Optional<Resource<Secret>> secret = reads.get(inputs.of(Kinds.SECRET), key);
        if (secret.isEmpty()) {
            return Optional.of("Secret " + key + " is not there");
        }
        return CredentialInjection.value(secret.get().spec()).isPresent()
                ? Optional.empty()
                : Optional.of("Secret " + key + " has no credential that a header could have (expected: one line under"
                        + " the key \"" + CredentialInjection.KEY + "\")");
    }
}
