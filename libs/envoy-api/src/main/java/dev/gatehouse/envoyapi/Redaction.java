package dev.gatehouse.envoyapi;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Resources to be shown: private keys, passwords and client secrets of {@code Secret} and {@code AccessPolicy} are replaced by
 * {@value #REDACTED}; hashes of passwords and keys too, since a weak password can be found by its hash. Thread-safe.
 */
public final class Redaction {
    /** What stands in place of a secret. */
    public static final String REDACTED = "(redacted)";

    private static final Set<String> SECRET_FIELDS =
            Set.of("client_secret", "private_key", "password_hash", "key_sha256");

    private Redaction() {}

    /** The resource without secrets; the same object where it is of a type that has none. */
    public static Message of(Message resource) {
        return switch (resource) {
            case Secret secret -> of(secret);
            case AccessPolicy policy -> withoutSecretFields(policy);
            default -> resource;
        };
    }

    private static Message withoutSecretFields(Message message) {
        Message.Builder builder = message.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (SECRET_FIELDS.contains(field.getName())) {
                builder.setField(
                        field,
                        field.getJavaType() == FieldDescriptor.JavaType.STRING
                                ? REDACTED
                                : ByteString.copyFromUtf8(REDACTED));
            } else if (entry.getValue() instanceof Message inner) {
                builder.setField(field, withoutSecretFields(inner));
            } else if (entry.getValue() instanceof List<?> list
                    && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                builder.setField(
                        field,
                        list.stream()
                                .map(each -> withoutSecretFields((Message) each))
                                .toList());
            }
        }
        return builder.build();
    }

    private static Secret of(Secret secret) {
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
