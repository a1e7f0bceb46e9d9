package dev.gatehouse.identity.quarkus;

import dev.gatehouse.identity.KeyDirectory;
import dev.gatehouse.identity.TransportCredentials;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;

/**
 * The transport security of this service. It begins with the service: key material that cannot be read stops the start, rather
 * than leaving the service in plain text.
 */
@Singleton
public final class ServiceTls {
    private final Optional<TransportCredentials> credentials;
    private final Optional<KeyDirectory> directory;

    ServiceTls(TlsConfig config) {
        Optional<Path> folder = config.directory();
        credentials =
                folder.isPresent() || config.supplied() ? Optional.of(new TransportCredentials()) : Optional.empty();
        directory = folder.map(path -> open(path, config));
    }

    private KeyDirectory open(Path path, TlsConfig config) {
        try {
            return KeyDirectory.open(path, credentials.orElseThrow(), config.reload());
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "gatehouse.tls.directory: " + path + " cannot be used: " + e.getMessage()
                            + " (expected: tls.crt, tls.key and ca.crt in PEM)",
                    e);
        }
    }

    /** For channels to other services: mutual TLS where it is configured, otherwise plain text. */
    public ChannelCredentials client() {
        return credentials.map(TransportCredentials::client).orElseGet(InsecureChannelCredentials::create);
    }

    /** The credentials, where TLS is configured: for a service that supplies its own certificate. */
    public Optional<TransportCredentials> credentials() {
        return credentials;
    }

    @PreDestroy
    void close() {
        directory.ifPresent(KeyDirectory::close);
    }
}
