package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.gatewayapi.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Names and labels of a fleet's objects. They equal Envoy Gateway's wherever Kubernetes permits these. */
public final class FleetNames {
    /** The label of each object of this installation, with the fleet's hashed name. Objects are found by it. */
    public static final String FLEET_LABEL = "gatehouse.dev/fleet";

    /**
     * The label of each object of this installation, with the controller's namespace. It keeps the objects of several
     * installations apart.
     */
    public static final String INSTALLATION_LABEL = "gatehouse.dev/installation";

    /** The annotation of each object of this installation, with the fleet's full name, which may be too long for a label. */
    public static final String FLEET_ANNOTATION = "gatehouse.dev/fleet";

    private static final int MAX_LABEL = 63;
    private static final int KEPT_OF_NAME = 48;
    private static final String SERVICE_NAME = "[a-z]([-a-z0-9]{0,61}[a-z0-9])?";

    private FleetNames() {}

    /**
     * The name of a fleet's objects: "envoy-default-eg-e41e7b31", or the Gateway's own name if the fleet is in the
     * Gateway's namespace and the name is valid for a Service.
     */
    public static String name(Fleet fleet, InfrastructureSettings settings) {
        if (settings.gatewayNamespace()
                && fleet.gateway().isPresent()
                && fleet.gateway().get().name().matches(SERVICE_NAME)) {
            return fleet.gateway().get().name();
        }
        return hashed(fleet.name());
    }

    /** The namespace of a fleet's objects. */
    public static String namespace(Fleet fleet, InfrastructureSettings settings) {
        return settings.gatewayNamespace() && fleet.gateway().isPresent()
                ? fleet.gateway().get().namespace()
                : settings.namespace();
    }

    /**
     * The name of the Secret with the certificate of a fleet's proxies. It never equals the Gateway's name, which
     * people often give to the Secret of its HTTPS listener.
     */
    public static String certificate(String fleet) {
        return hashed(fleet);
    }

    /** "envoy-", at most 48 characters of {@code fleet}, and the first 8 hex digits of its SHA-256. */
    public static String hashed(String fleet) {
        String plain = fleet.replace('/', '-').replace('.', '-');
        String cut = plain.length() > KEPT_OF_NAME ? plain.substring(0, KEPT_OF_NAME) : plain;
        return "envoy-" + cut.replaceFirst("-+$", "") + "-" + hash(fleet);
    }

    /**
     * The name of a Gateway's Service in its own namespace if its fleet is in another one: "gateway-class", as GEP-1762
     * names generated objects.
     */
    static String alias(ObjectKey gateway, String className) {
        String plain = (gateway.name() + "-" + className).replace('.', '-');
        if (plain.matches(SERVICE_NAME)) {
            return plain;
        }
        String cut = ("gateway-" + plain).substring(0, Math.min(KEPT_OF_NAME, plain.length() + 8));
        return cut.replaceFirst("-+$", "") + "-" + hash(plain);
    }

    /** {@code value} if it is short enough for a label; otherwise its beginning and a hash. */
    public static String labelValue(String value) {
        return value.length() <= MAX_LABEL ? value : value.substring(0, MAX_LABEL - 9) + "-" + hash(value);
    }

    /** The labels in the selectors of a fleet's Deployment and Service. They must never change. */
    static Map<String, String> selector(Fleet fleet, InfrastructureSettings settings) {
        Map<String, String> labels = new TreeMap<>();
        labels.put("app.kubernetes.io/name", "envoy");
        labels.put("app.kubernetes.io/component", "proxy");
        labels.put("app.kubernetes.io/managed-by", "envoy-gateway");
        if (fleet.gateway().isPresent()) {
            ObjectKey gateway = fleet.gateway().get();
            labels.put("gateway.envoyproxy.io/owning-gateway-name", labelValue(gateway.name()));
            labels.put("gateway.envoyproxy.io/owning-gateway-namespace", gateway.namespace());
            if (settings.gatewayNamespace()) {
                labels.put("gateway.networking.k8s.io/gateway-name", labelValue(gateway.name()));
            }
        } else {
            labels.put("gateway.envoyproxy.io/owning-gatewayclass", labelValue(fleet.className()));
        }
        return labels;
    }

    /** The labels of a fleet's objects and pods. The Gateways' own labels cannot replace the selector's labels. */
    static Map<String, String> labels(Fleet fleet, InfrastructureSettings settings) {
        Map<String, String> labels = known(fleet, settings, fleet.labels());
        fleet.gateway()
                .ifPresent(gateway -> labels.put("gateway.networking.k8s.io/gateway-name", labelValue(gateway.name())));
        labels.putAll(selector(fleet, settings));
        return labels;
    }

    /**
     * The labels of a Gateway's alias Service. The Service is found by them, and does not count as the fleet's own
     * Service.
     */
    static Map<String, String> aliasLabels(Fleet fleet, Fleet.Member member, InfrastructureSettings settings) {
        Map<String, String> labels = known(fleet, settings, member.labels());
        labels.put(
                "gateway.networking.k8s.io/gateway-name",
                labelValue(member.key().name()));
        labels.keySet().removeAll(selector(fleet, settings).keySet());
        labels.put("app.kubernetes.io/managed-by", "envoy-gateway");
        return labels;
    }

    private static Map<String, String> known(Fleet fleet, InfrastructureSettings settings, Map<String, String> own) {
        Map<String, String> labels = new TreeMap<>(own);
        labels.put("gateway.networking.k8s.io/gateway-class-name", labelValue(fleet.className()));
        labels.put(FLEET_LABEL, hashed(fleet.name()));
        labels.put(INSTALLATION_LABEL, settings.namespace());
        return labels;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
