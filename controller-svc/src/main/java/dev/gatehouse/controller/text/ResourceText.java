package dev.gatehouse.controller.text;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.gatehouse.controller.proto.PackedTypes;
import dev.gatehouse.envoyapi.EnvoyTypes;
import dev.gatehouse.envoyapi.TypeUrls;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Resources as text, with what is packed in them, and without private keys. */
public final class ResourceText {
    private static final String REDACTED = "(redacted)";

    /** The short names of the types, as the command line has them. */
    private static final Map<String, String> TYPES = Map.of(
            TypeUrls.LISTENER, "listener",
            TypeUrls.ROUTES, "route",
            TypeUrls.CLUSTER, "cluster",
            TypeUrls.ENDPOINTS, "endpoint",
            TypeUrls.SECRET, "secret",
            TypeUrls.RATE_LIMIT, "ratelimit",
            TypeUrls.WAF, "waf",
            TypeUrls.ACCESS, "access");

    private final JsonFormat.Printer printer = JsonFormat.printer()
            .usingTypeRegistry(TypeRegistry.newBuilder()
                    .add(PackedTypes.ALL.stream()
                            .map(Message::getDescriptorForType)
                            .toList())
                    .build());

    /** The short name of a type URL: "listener". */
    public static String typeName(String typeUrl) {
        return TYPES.getOrDefault(typeUrl, typeUrl);
    }

    /** The short names of all types. */
    public static List<String> typeNames() {
        return TYPES.values().stream().sorted().toList();
    }

    /** The type URL with that short name. */
    public static Optional<String> typeUrl(String name) {
        return TYPES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The resource in protobuf's JSON form. */
    public String json(Message resource) {
        Message shown = resource instanceof Secret secret ? redacted(secret) : resource;
        try {
            return printer.print(shown);
        } catch (InvalidProtocolBufferException unknown) {
            // A patch has packed a type that nothing else here packs.
            try {
                return JsonFormat.printer()
                        .usingTypeRegistry(EnvoyTypes.registry())
                        .print(shown);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("a packed type is not registered: " + e.getMessage(), e);
            }
        }
    }

    private static Secret redacted(Secret secret) {
        DataSource hidden = DataSource.newBuilder().setInlineString(REDACTED).build();
        return switch (secret.getTypeCase()) {
            case TLS_CERTIFICATE -> {
                TlsCertificate.Builder certificate = secret.getTlsCertificate().toBuilder();
                if (certificate.hasPassword()) {
                    certificate.setPassword(hidden);
                }
                if (certificate.hasPkcs12()) {
                    certificate.setPkcs12(hidden);
                }
                yield secret.toBuilder()
                        .setTlsCertificate(certificate.setPrivateKey(hidden))
                        .build();
            }
            case SESSION_TICKET_KEYS ->
                secret.toBuilder()
                        .setSessionTicketKeys(TlsSessionTicketKeys.newBuilder().addKeys(hidden))
                        .build();
            case GENERIC_SECRET ->
                secret.toBuilder()
                        .setGenericSecret(GenericSecret.newBuilder().setSecret(hidden))
                        .build();
            case VALIDATION_CONTEXT, TYPE_NOT_SET -> secret;
        };
    }
}
