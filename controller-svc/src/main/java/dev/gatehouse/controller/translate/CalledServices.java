package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.BackendAddresses;
import dev.gatehouse.controller.backend.BackendResolver;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.security.SecurityResolver;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.Secret;
import java.util.Optional;

/** Resolves the references of policies by which proxies call services: backends, and objects with keys, scripts and credentials. */
class CalledServices implements SecurityResolver.World {
    private final Reads reads;
    private final Inputs inputs;
    private final BackendAddresses addresses;
    private final BackendResolver backends;

    CalledServices(Reads reads, Inputs inputs, Model model, BackendAddresses addresses) {
        this.reads = reads;
        this.inputs = inputs;
        this.addresses = addresses;
        backends = model.backends(reads);
    }

    @Override
    public Target backend(ReferenceGrant.Origin origin, BackendReference reference, boolean grpc) {
        return backends.resolve(origin, reference, grpc, "TCP");
    }

    @Override
    public Optional<Backend> backendObject(ObjectKey key) {
        return reads.get(inputs.of(Kinds.BACKEND), key).map(Resource::spec);
    }

    @Override
    public Optional<ConfigMap> configMap(ObjectKey key) {
        return reads.get(inputs.of(Kinds.CONFIG_MAP), key).map(Resource::spec);
    }

    @Override
    public Optional<Secret> secret(ObjectKey key) {
        return reads.get(inputs.of(Kinds.SECRET), key).map(Resource::spec);
    }

    @Override
    public Optional<String> refusal(Backend.Endpoint endpoint) {
        return addresses.refusal(endpoint).map(BackendAddresses.Refusal::message);
    }
}
