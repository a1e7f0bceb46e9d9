package dev.gatehouse.controller.translate;

import com.google.protobuf.Message;
import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.InjectedCredential;
import dev.gatehouse.controller.client.ClientTrust;
import dev.gatehouse.controller.envoy.SecretName;
import dev.gatehouse.controller.envoy.SecretResources;
import dev.gatehouse.controller.envoy.cluster.UpstreamFilters;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.Bytes;
import dev.gatehouse.gatewayapi.CredentialInjection;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.SecretDiscovery;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The secrets of fleets: certificates, CAs and credentials, and the SDS servers beside the proxies that have them. */
final class Secrets {
    private final Inputs inputs;
    private final Model model;
    private final ListenerRoutes routes;
    private final List<Collection<ResourceId, Output>> resources;

    Secrets(Graph graph, Inputs inputs, Model model, ListenerRoutes routes) {
        this.inputs = inputs;
        this.model = model;
        this.routes = routes;
        resources = List.of(
                graph.expand("sds.listeners", model.listeners, this::ofListener),
                graph.expand("sds.clients", model.clients.effective, this::ofClients),
                graph.expand("sds.gateways", model.gateways, this::ofGateway));
    }

    /** The secrets of Gateways and of their listeners. */
    List<Collection<ResourceId, Output>> resources() {
        return resources;
    }

    /** Tells which secrets come from SDS servers beside the proxies. */
    SecretName.Sources sources(Reads reads) {
        return name -> switch (name) {
            case SecretName.System _ -> Optional.empty();
            case SecretName.Certificate certificate -> model.discoveries.of(reads, certificate.secret());
            case SecretName.Authorities authorities ->
                model.discoveries.of(
                        reads,
                        model.authoritiesOf(reads, authorities.owner()),
                        authorities.owner().namespace());
            case SecretName.Frontend frontend ->
                reads.get(model.gateways, frontend.gateway())
                        .flatMap(state -> state.gateway().spec().frontendTls())
                        .flatMap(tls -> tls.on(frontend.port()))
                        .flatMap(validation -> model.discoveries.of(
                                reads,
                                model.usableAuthorities(
                                        reads, frontend.gateway().namespace(), validation),
                                frontend.gateway().namespace()));
            case SecretName.Clients clients ->
                reads.get(model.clients.checked, clients.policy())
                        .flatMap(ClientPolicies.Checked::trust)
                        .flatMap(ClientTrust::server);
        };
    }

    /**
     * The secrets by which a cluster is reached.
     *
     * @param user one of the objects that use the cluster
     */
    Map<ResourceId, Output> of(Reads reads, String fleet, ClusterSpec cluster, ObjectRef user) {
        Map<ResourceId, Output> secrets = new HashMap<>();
        for (ClusterSpec.Tls tls : cluster.tls()) {
            switch (tls.trust()) {
                case ClusterSpec.Trust.System _ ->
                    secrets.putAll(Output.one(
                            fleet,
                            TypeUrls.SECRET,
                            SecretResources.SYSTEM,
                            SecretResources.systemAuthorities(),
                            false,
                            Set.of()));
                case ClusterSpec.Trust.Authorities authorities ->
                    secrets.putAll(authorities(reads, fleet, authorities.owner()));
                case ClusterSpec.Trust.Anything _ -> {}
            }
            tls.clientCertificate()
                    .ifPresent(certificate -> secrets.putAll(certificate(reads, fleet, certificate, user)));
        }
        for (InjectedCredential credential : cluster.credentials()) {
            String name = UpstreamFilters.credentialName(credential);
            reads.get(inputs.of(Kinds.SECRET), credential.secret())
                    .flatMap(secret -> CredentialInjection.value(secret.spec()))
                    .ifPresent(value -> secrets.putAll(Output.one(
                            fleet,
                            TypeUrls.SECRET,
                            name,
                            SecretResources.credential(name, value),
                            true,
                            Set.of(user))));
        }
        return secrets;
    }

    private Map<ResourceId, Output> ofListener(Reads reads, ListenerKey key, ListenerState listener) {
        Map<ResourceId, Output> secrets = new HashMap<>();
        if (listener.serving()) {
            String fleet = routes.fleet(reads, key.gateway());
            for (ObjectKey certificate : listener.certificates()) {
                secrets.putAll(certificate(reads, fleet, certificate, key.owner()));
            }
        }
        return secrets;
    }

    private Map<ResourceId, Output> ofClients(Reads reads, ListenerKey key, ClientPolicies.Effective effective) {
        Optional<ObjectKey> policy =
                effective.policy().trusted() ? effective.policy().owner() : Optional.empty();
        return policy.flatMap(owner -> reads.get(model.clients.checked, owner)
                        .flatMap(ClientPolicies.Checked::trust)
                        .map(trust -> authorities(
                                reads,
                                routes.fleet(reads, key.gateway()),
                                new SecretName.Clients(owner),
                                () -> SecretResources.clientTrust(owner, trust),
                                Set.of(ObjectRef.of(Kinds.CLIENT_TRAFFIC_POLICY, owner)))))
                .orElse(Map.of());
    }

    private Map<ResourceId, Output> ofGateway(Reads reads, ObjectKey key, GatewayState state) {
        Map<ResourceId, Output> secrets = new HashMap<>();
        String fleet = state.fleet();
        state.backendClientCertificate()
                .ifPresent(certificate -> secrets.putAll(certificate(reads, fleet, certificate, state.ref())));
        for (ListenerState listener : state.listeners()) {
            int port = listener.spec().port();
            Optional<Gateway.Validation> validation =
                    state.gateway().spec().frontendTls().flatMap(frontend -> frontend.of(listener.spec()));
            if (listener.serving() && validation.isPresent()) {
                StringBuilder pem = new StringBuilder();
                for (ObjectReference reference : model.usableAuthorities(reads, key.namespace(), validation.get())) {
                    model.bundle(reads, reference.kind(), reference.authoritiesKey(key.namespace()))
                            .ifPresent(text -> pem.append(text).append('\n'));
                }
                SecretName name = new SecretName.Frontend(key, port);
                secrets.putAll(authorities(
                        reads,
                        fleet,
                        name,
                        () -> SecretResources.authorities(name.resource(), pem.toString()),
                        Set.of(state.ref())));
            }
        }
        return secrets;
    }

    private Map<ResourceId, Output> certificate(Reads reads, String fleet, ObjectKey key, ObjectRef owner) {
        Optional<Secret> secret = reads.get(inputs.of(Kinds.SECRET), key).map(Resource::spec);
        if (secret.isEmpty()) {
            return Map.of();
        }
        Optional<SecretDiscovery> server = model.discoveries.of(reads, key);
        if (server.isPresent()) {
            return server(fleet, server.get());
        }
        Bytes chain = secret.get().data().get("tls.crt");
        Bytes privateKey = secret.get().data().get("tls.key");
        return chain == null || privateKey == null
                ? Map.of()
                : Output.one(
                        fleet,
                        TypeUrls.SECRET,
                        new SecretName.Certificate(key).resource(),
                        SecretResources.certificate(key, chain, privateKey),
                        true,
                        Set.of(owner));
    }

    private Map<ResourceId, Output> authorities(Reads reads, String fleet, ObjectRef owner) {
        SecretName name = new SecretName.Authorities(owner);
        return authorities(
                reads,
                fleet,
                name,
                () -> SecretResources.authorities(name.resource(), model.authorities(reads, owner)),
                Set.of(owner));
    }

    /** CAs as a resource; if an SDS server beside the proxies has the CAs, the cluster of that server. */
    private Map<ResourceId, Output> authorities(
            Reads reads, String fleet, SecretName name, Supplier<Message> made, Set<ObjectRef> owners) {
        return sources(reads)
                .of(name)
                .map(server -> server(fleet, server))
                .orElseGet(() -> Output.one(fleet, TypeUrls.SECRET, name.resource(), made.get(), false, owners));
    }

    private static Map<ResourceId, Output> server(String fleet, SecretDiscovery discovery) {
        Cluster cluster = SecretResources.server(discovery);
        return Output.one(fleet, TypeUrls.CLUSTER, cluster.getName(), cluster, false, Set.of());
    }
}
