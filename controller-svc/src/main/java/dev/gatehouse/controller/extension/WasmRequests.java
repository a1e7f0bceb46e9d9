package dev.gatehouse.controller.extension;

import dev.gatehouse.controller.backend.UriCluster;
import dev.gatehouse.controller.wasm.WasmRequest;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.extension.Wasm;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the requests for the code of a policy's Wasm extensions. */
public final class WasmRequests {
    private static final String DOCKER_CONFIG = ".dockerconfigjson";

    /** @param problems why the code cannot be fetched as specified; empty: no problem */
    record Made(WasmRequest request, List<String> problems) {
        Made {
            problems = List.copyOf(problems);
        }
    }

    private final ObjectKey owner;
    private final long version;
    private final ExtensionResolver.World world;
    private final List<String> problems = new ArrayList<>();

    private WasmRequests(Wanted policy, ExtensionResolver.World world) {
        owner = policy.owner("wasm");
        // Objects in files have no generation that grows: there the settings tell that the policy changed.
        version = 31 * policy.generations().applyAsLong(owner)
                + policy.settings().wasms().toString().hashCode();
        this.world = world;
    }

    /** The requests for the code of {@code policy}. */
    public static List<WasmRequest> of(Wanted policy, ExtensionResolver.World world) {
        List<Wasm> wasms = policy.settings().wasms();
        List<WasmRequest> requests = new ArrayList<>();
        for (int i = 0; i < wasms.size(); i++) {
            Made made = of(policy, wasms.get(i), i, world);
            if (made.problems().isEmpty()) {
                requests.add(made.request());
            }
        }
        return requests;
    }

    /** The request for the code of one extension. */
    static Made of(Wanted policy, Wasm wasm, int index, ExtensionResolver.World world) {
        return new WasmRequests(policy, world).made(wasm, index);
    }

    private Made made(Wasm wasm, int index) {
        String place = "spec.wasm[" + index + "].code.";
        Wasm.Code code = wasm.code();
        Optional<String> authorities = code.authorities()
                .flatMap(reference -> authorities(reference, place + field(code) + ".tls.caCertificateRef"));
        Optional<String> login = Optional.empty();
        switch (code.place()) {
            case Wasm.Place.Http http -> checkHost(http.url(), place + "http.url");
            case Wasm.Place.Image image -> {
                checkHost("https://" + image.reference(), place + "image.url");
                login = image.pullSecret().flatMap(reference -> login(reference, place + "image.pullSecretRef"));
            }
        }
        boolean again = code.pull().map(Wasm.Pull.Always::equals).orElseGet(() -> isLatest(code.place()));
        return new Made(
                new WasmRequest(
                        owner + "/wasm/" + index,
                        code.place(),
                        code.sha256(),
                        authorities,
                        login,
                        again,
                        again ? version : 0),
                problems);
    }

    private static String field(Wasm.Code code) {
        return switch (code.place()) {
            case Wasm.Place.Http _ -> "http";
            case Wasm.Place.Image _ -> "image";
        };
    }

    /** True for the tag "latest", explicit or implied, which may name another image later. */
    private static boolean isLatest(Wasm.Place place) {
        if (!(place instanceof Wasm.Place.Image image) || image.reference().contains("@")) {
            return false;
        }
        String name = image.reference().substring(image.reference().lastIndexOf('/') + 1);
        return !name.contains(":") || name.endsWith(":latest");
    }

    private void checkHost(String url, String place) {
        try {
            URI uri = new URI(url);
            if (uri.getHost() != null) {
                world.refusal(UriCluster.of(uri).endpoint()).ifPresent(reason -> problems.add(place + ": " + reason));
            }
        } catch (URISyntaxException e) {
            problems.add(place + ": \"" + url + "\" is no URL");
        }
    }

    private ReferenceGrant.Origin origin() {
        return new ReferenceGrant.Origin(
                Kinds.ENVOY_GATEWAY_GROUP, Kinds.ENVOY_EXTENSION_POLICY.name(), owner.namespace());
    }

    private Optional<String> authorities(ObjectReference reference, String place) {
        ObjectKey key = reference.authoritiesKey(owner.namespace());
        if (!reference.holdsAuthorities()) {
            problems.add(place + ": \"" + reference.kind()
                    + "\" cannot hold certificates (expected: ConfigMap, Secret or ClusterTrustBundle)");
            return Optional.empty();
        }
        if (!key.namespace().isEmpty() && !world.permitted(origin(), reference.group(), reference.kind(), key)) {
            problems.add(place + ": " + reference.kind() + " " + key
                    + " is in another namespace, and no ReferenceGrant there permits it");
            return Optional.empty();
        }
        Optional<String> pem = world.bundle(reference.kind(), key).filter(text -> !text.isBlank());
        if (pem.isEmpty()) {
            problems.add(place + ": " + reference.kind() + " " + key
                    + " is not there, or has no certificates (expected: them under \"ca.crt\")");
        }
        return pem;
    }

    private Optional<String> login(ObjectReference reference, String place) {
        ObjectKey key = reference.key(owner.namespace());
        if (!reference.kind().equals("Secret") || !reference.group().isEmpty()) {
            problems.add(place + ": \"" + reference.kind() + "\" cannot hold credentials (expected: a Secret)");
            return Optional.empty();
        }
        if (!world.permitted(origin(), "", "Secret", key)) {
            problems.add(
                    place + ": Secret " + key + " is in another namespace, and no ReferenceGrant there permits it");
            return Optional.empty();
        }
        Optional<Secret> secret = world.secret(key);
        Optional<String> config = secret.flatMap(each -> each.text(DOCKER_CONFIG));
        if (config.isEmpty()) {
            problems.add(place + ": Secret " + key
                    + (secret.isEmpty() ? " is not there" : " has no key \"" + DOCKER_CONFIG + "\"")
                    + " (expected: one of type kubernetes.io/dockerconfigjson)");
        }
        return config;
    }
}
