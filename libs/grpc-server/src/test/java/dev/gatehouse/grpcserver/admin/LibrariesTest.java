package dev.gatehouse.grpcserver.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.grpcserver.admin.Libraries.Library;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LibrariesTest {
    @Test
    void theListOfTheBuildIsReadAndOtherLinesAreLeftOut(@TempDir Path folder) throws IOException {
        Path list = Files.writeString(folder.resolve("list"), """
                at.favre.lib:bcrypt::jar:0.10.2
                io.netty:netty-transport-native-epoll:linux-x86_64:jar:4.1.130.Final

                nonsense
                """);
        assertThat(Libraries.of(list))
                .hasValueSatisfying(all -> assertThat(all)
                        .containsExactly(
                                new Library("at.favre.lib", "bcrypt", "0.10.2"),
                                new Library("io.netty", "netty-transport-native-epoll", "4.1.130.Final")));
        assertThat(new Library("a.b", "c", "1").component().getString("purl")).isEqualTo("pkg:maven/a.b/c@1");
        assertThat(Libraries.of(folder.resolve("none"))).isEmpty();
        assertThat(Libraries.jdkVersion()).matches("\\d+(\\.\\d+)*");
    }
}
