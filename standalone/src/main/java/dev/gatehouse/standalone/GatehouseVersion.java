package dev.gatehouse.standalone;

import dev.gatehouse.envoyprocess.EnvoyLocator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.IVersionProvider;

/** What this build is. */
final class GatehouseVersion implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        return new String[] {
            "gatehouse " + ofBuild(),
            "Envoy     " + EnvoyLocator.pinnedVersion() + " (fetched when there is none on PATH)",
            "Java      " + Runtime.version()
        };
    }

    /** The version of this build: "0.1.0". */
    static String ofBuild() throws IOException {
        try (InputStream in = GatehouseVersion.class.getResourceAsStream("version.txt")) {
            if (in == null) {
                throw new IllegalStateException("version.txt is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }
}
