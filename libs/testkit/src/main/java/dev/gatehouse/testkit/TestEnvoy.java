package dev.gatehouse.testkit;

import dev.gatehouse.envoyprocess.EnvoyBinary;
import dev.gatehouse.envoyprocess.EnvoyLocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/** The Envoy that tests run: the system property {@code envoy.path}, else what the launcher would find. Looked for once. */
final class TestEnvoy {
    static final EnvoyBinary BINARY = find();

    private TestEnvoy() {}

    private static EnvoyBinary find() {
        try {
            return EnvoyLocator.ofEnvironment(System.out::println)
                    .locate(Optional.ofNullable(System.getProperty("envoy.path"))
                            .filter(path -> !path.isBlank())
                            .map(Path::of));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
