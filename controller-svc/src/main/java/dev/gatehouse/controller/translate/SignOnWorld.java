package dev.gatehouse.controller.translate;

import dev.gatehouse.api.authz.v1.OpenIdConnect.Connection;
import dev.gatehouse.api.authz.v1.OpenIdConnect.Tls;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.BackendAddresses;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.ClusterSpec.SlicesOwner;
import dev.gatehouse.controller.backend.ServiceClusters;
import dev.gatehouse.controller.envoy.AccessResources.Credential;
import dev.gatehouse.controller.envoy.ClusterResources;
import dev.gatehouse.controller.envoy.SignOnResources;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.BackendTlsPolicy.SubjectAltName;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.security.ServiceBackends;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Resolves the references of sign-on policies: Secrets, and the backends of providers, which authz-svc calls itself. */
final class SignOnWorld implements SignOnResources.World {
    private final Reads reads;
    private final Inputs inputs;
    private final Model model;
    private final BackendAddresses addresses;
    private final Kind<?> kind;
    private final Function<String, ObjectKey> owners;

    /**
     * @param kind the kind of the policies
     * @param owners gives the policy that a field comes from
     */
    SignOnWorld(
            Reads reads,
            Inputs inputs,
            Model model,
            BackendAddresses addresses,
            Kind<?> kind,
            Function<String, ObjectKey> owners) {
        this.reads = reads;
        this.inputs = inputs;
        this.model = model;
        this.addresses = addresses;
        this.kind = kind;
        this.owners = owners;
    }

    @Override
    public Credential secret(String field, ObjectReference reference) {
        ObjectKey policy = owners.apply(field);
        ObjectKey key = reference.key(policy.namespace());
        if (!reference.group().isEmpty() || !reference.kind().equals("Secret")) {
            return new Credential.Unusable("\"" + reference.kind() + "\" cannot hold credentials (expected: a Secret)");
        }
        if (!inputs.permitted(reads, origin(policy), "", "Secret", key)) {
            return new Credential.Unusable(
                    "Secret " + key + " is in another namespace, and no ReferenceGrant there permits it");
        }
        Optional<Resource<Secret>> secret = reads.get(inputs.of(Kinds.SECRET), key);
        return secret.isPresent()
                ? new Credential.Found(secret.get().spec())
                : new Credential.Unusable("Secret " + key + " is not there");
    }

    @Override
    public ObjectKey owner() {
        return owners.apply("oidc");
    }

    private ReferenceGrant.Origin origin(ObjectKey policy) {
        return new ReferenceGrant.Origin(kind.group(), kind.name(), policy.namespace());
    }

    @Override
    public Optional<String> refusal(Backend.Endpoint endpoint) {
        return new CalledServices(reads, inputs, model, addresses).refusal(endpoint);
    }

    @Override
    public Connection.Builder connection(String field, ServiceBackends service, List<String> problems) {
        Connection.Builder connection = Connection.newBuilder();
        String place = kind.equals(Kinds.SECURITY_POLICY) ? "spec." + field : kind.name() + " spec." + field;
        Optional<ClusterSpec> cluster = ServiceClusters.cluster(
                new CalledServices(reads, inputs, model, addresses),
                origin(owners.apply(field)),
                service.references(),
                false,
                place,
                problems);
        if (cluster.isEmpty()) {
            return connection;
        }
        Set<Optional<ClusterSpec.Tls>> transports = new HashSet<>(cluster.get().transports());
        if (transports.size() > 1) {
            problems.add(place + ".backendRefs: the backends are spoken to in different ways"
                    + " (expected: one BackendTLSPolicy for all, or none)");
            return connection;
        }
        addresses(ClusterResources.endpoints(cluster.get(), this::slices), place, problems)
                .forEach(connection::addAddresses);
        transports.stream().flatMap(Optional::stream).forEach(tls -> connection.setTls(tls(tls, place, problems)));
        return connection;
    }

    /**
     * The EndpointSlices by which authz-svc reaches a Service: one with the cluster IP, or else the Service's own. The sidecar of a mesh knows Services as
     * destinations, and passes a connection to a single pod on in plain text.
     */
    private List<EndpointSlice> slices(SlicesOwner owner) {
        return model.clusterIp(reads, owner).map(List::of).orElseGet(() -> model.endpointSlices(reads, owner));
    }

    private static List<String> addresses(ClusterLoadAssignment endpoints, String place, List<String> problems) {
        List<String> addresses = new ArrayList<>();
        endpoints.getEndpointsList().stream()
                .flatMap(locality -> locality.getLbEndpointsList().stream())
                .map(endpoint -> endpoint.getEndpoint().getAddress())
                .forEach(address -> {
                    if (address.hasSocketAddress()) {
                        SocketAddress socket = address.getSocketAddress();
                        String host = socket.getAddress();
                        addresses.add((host.contains(":") ? "[" + host + "]" : host) + ":" + socket.getPortValue());
                    } else {
                        problems.add(place + ".backendRefs: a Unix socket cannot be called by authz-svc"
                                + " (expected: fqdn or ip)");
                    }
                });
        return addresses;
    }

    private Tls.Builder tls(ClusterSpec.Tls tls, String place, List<String> problems) {
        Tls.Builder made = Tls.newBuilder();
        switch (tls.trust()) {
            case ClusterSpec.Trust.System _ -> {}
            case ClusterSpec.Trust.Authorities own -> {
                made.setAuthorities(model.authorities(reads, own.owner()));
                model.discoveries
                        .of(
                                reads,
                                model.authoritiesOf(reads, own.owner()),
                                own.owner().namespace())
                        .ifPresent(
                                _ -> problems.add(
                                        place + ".backendRefs: certificate authorities from an SDS server"
                                                + " cannot be had by authz-svc (expected: those of a ConfigMap, Secret or ClusterTrustBundle)"));
            }
            case ClusterSpec.Trust.Anything _ ->
                problems.add(place + ".backendRefs: the backend's certificate would not be verified"
                        + " (expected: certificate authorities for a provider of sign-on)");
        }
        if (tls.sni() instanceof ClusterSpec.Sni.Fixed fixed) {
            made.setServerName(fixed.hostname());
        }
        tls.subjectAltNames().stream().map(SubjectAltName::value).forEach(made::addSubjectAlternativeNames);
        tls.clientCertificate().ifPresent(key -> {
            if (model.discoveries.of(reads, key).isPresent()) {
                problems.add(place + ".backendRefs: a client certificate from an SDS server cannot be had by authz-svc"
                        + " (expected: a Secret of type kubernetes.io/tls)");
            }
            reads.get(inputs.of(Kinds.SECRET), key)
                    .ifPresent(secret -> made.setCertificateChain(
                                    secret.spec().text("tls.crt").orElse(""))
                            .setPrivateKey(secret.spec().text("tls.key").orElse("")));
        });
        return made;
    }
}
