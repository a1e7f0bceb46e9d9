package dev.gatehouse.identity.quarkus;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** {@code gatehouse.tls.*}. As environment variables: {@code GATEHOUSE_TLS_DIRECTORY} and so on. */
@ConfigMapping(prefix = "gatehouse.tls")
interface TlsConfig {
    /** Folder with {@code tls.crt}, {@code tls.key} (PKCS#8) and {@code ca.crt}; set: gRPC is mutual TLS, both ways. */
    Optional<Path> directory();

    /**
     * Mutual TLS without a folder: the service itself supplies its certificate, as controller-svc does, which makes them. gRPC
     * answers nobody until it has.
     */
    @WithDefault("false")
    boolean supplied();

    /** How often the folder is read again. */
    @WithDefault("5s")
    Duration reload();
}
