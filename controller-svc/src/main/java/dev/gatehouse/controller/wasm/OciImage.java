package dev.gatehouse.controller.wasm;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image in a registry (the OCI Distribution Specification 1.1; bearer tokens as docker's registries have them). The
 * module is the layer with a Wasm media type; without one, the last layer.
 */
final class OciImage {
    private static final String ACCEPTED = String.join(
            ", ",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json");

    private static final int MANIFEST_BYTES = 4 * 1024 * 1024;
    private static final int TOKEN_BYTES = 1024 * 1024;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final String DOCKER_HUB = "docker.io";
    private static final String DOCKER_HUB_REGISTRY = "registry-1.docker.io";
    private static final Pattern PARAMETER = Pattern.compile("(\\w+)=\"([^\"]*)\"");
    private static final Pattern THIS_HOST = Pattern.compile("(localhost|127\\.\\d+\\.\\d+\\.\\d+)(:\\d+)?");

    private final Downloads downloads;
    private final String host;
    private final boolean plain;
    private final String repository;
    private final String reference;
    private final Optional<String> basic;
    private Optional<String> authorization = Optional.empty();

    /**
     * @param image for instance registry.example.com/team/filter:1.2 or registry.example.com/team/filter@sha256:...
     * @param login docker's config.json with the registry's credentials
     * @param secure the registry is reached by TLS; false: one on this host is reached in plain text, as docker does
     */
    OciImage(Downloads downloads, String image, Optional<String> login, boolean secure) throws IOException {
        this.downloads = downloads;
        int slash = image.indexOf('/');
        String first = slash < 0 ? "" : image.substring(0, slash);
        boolean named = first.contains(".") || first.contains(":") || first.equals("localhost");
        String registry = named ? first : DOCKER_HUB;
        String rest = named ? image.substring(slash + 1) : slash < 0 ? "library/" + image : image;
        int digest = rest.indexOf('@');
        int tag = rest.lastIndexOf(':', digest < 0 ? rest.length() : digest);
        reference = digest >= 0 ? rest.substring(digest + 1) : tag >= 0 ? rest.substring(tag + 1) : "latest";
        repository = tag >= 0 ? rest.substring(0, tag) : digest >= 0 ? rest.substring(0, digest) : rest;
        host = registry.equals(DOCKER_HUB) ? DOCKER_HUB_REGISTRY : registry;
        plain = !secure && THIS_HOST.matcher(host).matches();
        basic = login.isPresent() ? credentials(login.get(), registry) : Optional.empty();
        if (!repository.matches("[a-z0-9]+([._/-]+[a-z0-9]+)*") || !reference.matches("[A-Za-z0-9_][A-Za-z0-9_.:-]*")) {
            throw new IOException(
                    "is not the name of an image (expected: registry/name:tag, or registry/name@sha256:digest)");
        }
    }

    /**
     * Fetches the layer with the module.
     *
     * @param expected the digest that the manifest must have, as 64 hexadecimal digits; for an index of images, its own or that of the image
     */
    byte[] layer(Optional<String> expected, int limit) throws IOException, InterruptedException {
        byte[] manifest = manifest(reference);
        List<String> digests = new ArrayList<>(List.of(WasmFetcher.sha256(manifest)));
        Map<String, Value> fields = json(manifest);
        if (fields.containsKey("manifests")) {
            byte[] image = manifest(text(image(list(fields, "manifests")), "digest"));
            digests.add(WasmFetcher.sha256(image));
            fields = json(image);
        }
        if (expected.isPresent() && !digests.contains(expected.get())) {
            throw new IOException("has the digest sha256:" + String.join(", and its image sha256:", digests)
                    + " (expected: sha256:" + expected.get() + ")");
        }
        List<Value> layers = list(fields, "layers");
        if (layers.isEmpty()) {
            throw new IOException("has no layers");
        }
        Value layer = layers.stream()
                .filter(each -> each.getStructValue()
                        .getFieldsOrDefault("mediaType", Value.getDefaultInstance())
                        .getStringValue()
                        .contains("wasm"))
                .findFirst()
                .orElse(layers.getLast());
        String digest = text(layer, "digest");
        return verified(get("/blobs/" + digest, Map.of(), limit), digest);
    }

    /** The image of an index: that for linux/amd64, as Envoy Gateway takes, else the first. */
    private static Value image(List<Value> manifests) throws IOException {
        if (manifests.isEmpty()) {
            throw new IOException("is an index without a manifest");
        }
        return manifests.stream().filter(OciImage::isUsual).findFirst().orElse(manifests.getFirst());
    }

    private static boolean isUsual(Value manifest) {
        Map<String, Value> platform = manifest.getStructValue()
                .getFieldsOrDefault("platform", Value.getDefaultInstance())
                .getStructValue()
                .getFieldsMap();
        return platform.getOrDefault("os", Value.getDefaultInstance())
                        .getStringValue()
                        .equals("linux")
                && platform.getOrDefault("architecture", Value.getDefaultInstance())
                        .getStringValue()
                        .equals("amd64");
    }

    private byte[] manifest(String name) throws IOException, InterruptedException {
        byte[] content = get("/manifests/" + name, Map.of("Accept", ACCEPTED), MANIFEST_BYTES);
        return name.startsWith("sha256:") ? verified(content, name) : content;
    }

    private static byte[] verified(byte[] content, String digest) throws IOException {
        String actual = "sha256:" + WasmFetcher.sha256(content);
        if (!digest.equals(actual)) {
            throw new IOException("has content with the digest " + actual + " (expected: " + digest + ")");
        }
        return content;
    }

    private byte[] get(String path, Map<String, String> headers, int limit) throws IOException, InterruptedException {
        URI uri = URI.create((plain ? "http" : "https") + "://" + host + "/v2/" + repository + path);
        Downloads.Answer answer = downloads.get(uri, with(headers), limit);
        if (answer.status() == UNAUTHORIZED && authorization.isEmpty()) {
            authorization = Optional.of(authorize(answer.challenge().orElse("")));
            answer = downloads.get(uri, with(headers), limit);
        }
        if (answer.status() != OK) {
            throw new IOException("is answered with status " + answer.status() + " by " + host + " (expected: 200)");
        }
        return answer.body();
    }

    private Map<String, String> with(Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        authorization.ifPresent(value -> all.put("Authorization", value));
        return all;
    }

    /** The authorization for a challenge: the credentials, or a token that the registry issues for them. */
    private String authorize(String challenge) throws IOException, InterruptedException {
        if (challenge.regionMatches(true, 0, "Basic", 0, "Basic".length())) {
            return basic.orElseThrow(
                    () -> new IOException("needs credentials for " + host + " (expected: a pullSecretRef)"));
        }
        Map<String, String> parameters = new HashMap<>();
        Matcher matcher = PARAMETER.matcher(challenge);
        while (matcher.find()) {
            parameters.put(matcher.group(1), matcher.group(2));
        }
        String realm = parameters.getOrDefault("realm", "");
        boolean usable = realm.startsWith("https://") || plain && realm.startsWith("http://");
        if (!usable) {
            throw new IOException("is answered with a challenge that is not known, \"" + challenge
                    + "\" (expected: Basic, or Bearer with an HTTPS realm)");
        }
        String scope = parameters.getOrDefault("scope", "repository:" + repository + ":pull");
        URI uri = URI.create(realm + (realm.contains("?") ? "&" : "?") + "service="
                + encoded(parameters.getOrDefault("service", "")) + "&scope=" + encoded(scope));
        Downloads.Answer answer = downloads.get(
                uri, basic.map(value -> Map.of("Authorization", value)).orElse(Map.of()), TOKEN_BYTES);
        if (answer.status() != OK) {
            throw new IOException("is answered with status " + answer.status() + " by " + uri.getHost()
                    + ", which gives tokens (expected: 200)");
        }
        Map<String, Value> fields = json(answer.body());
        Value token = fields.getOrDefault("token", fields.getOrDefault("access_token", Value.getDefaultInstance()));
        return "Bearer " + token.getStringValue();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The credentials for a registry in docker's config.json, as the value of Authorization. */
    private static Optional<String> credentials(String config, String registry) throws IOException {
        Map<String, Value> auths = json(config.getBytes(StandardCharsets.UTF_8))
                .getOrDefault("auths", Value.getDefaultInstance())
                .getStructValue()
                .getFieldsMap();
        for (Map.Entry<String, Value> each : auths.entrySet()) {
            String name = each.getKey().replaceFirst("^https?://", "").replaceFirst("/.*$", "");
            boolean hub = registry.equals(DOCKER_HUB) && (name.equals("index.docker.io") || name.equals(DOCKER_HUB));
            if (name.equals(registry) || hub) {
                Map<String, Value> fields = each.getValue().getStructValue().getFieldsMap();
                if (fields.containsKey("auth")) {
                    return Optional.of("Basic " + fields.get("auth").getStringValue());
                }
                String pair = text(each.getValue(), "username") + ":" + text(each.getValue(), "password");
                return Optional.of(
                        "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
            }
        }
        return Optional.empty();
    }

    private static Map<String, Value> json(byte[] text) throws IOException {
        Struct.Builder struct = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(new String(text, StandardCharsets.UTF_8), struct);
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("is described by a text that is no JSON object", e);
        }
        return struct.getFieldsMap();
    }

    private static List<Value> list(Map<String, Value> fields, String name) {
        return fields.getOrDefault(name, Value.getDefaultInstance())
                .getListValue()
                .getValuesList();
    }

    private static String text(Value object, String name) throws IOException {
        Value value = object.getStructValue().getFieldsMap().get(name);
        if (value == null || !value.hasStringValue()) {
            throw new IOException("is described without \"" + name + "\"");
        }
        return value.getStringValue();
    }
}
