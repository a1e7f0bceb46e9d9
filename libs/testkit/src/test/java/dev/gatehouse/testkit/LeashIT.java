package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeashIT {
    @Test
    void aProcessEndsWhenTheJvmThatStartedItIsKilled() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = jvm.inputReader()) {
            ProcessHandle child = ProcessHandle.of(Long.parseLong(Objects.requireNonNull(output.readLine())))
                    .orElseThrow();
            assertThat(child.isAlive()).isTrue();
            jvm.destroyForcibly();
            child.onExit().get(1, TimeUnit.MINUTES);
        } finally {
            jvm.destroyForcibly();
        }
    }

    @Test
    void theProcessIsTheCommandItself() throws Exception {
        Process process =
                new ProcessBuilder(Leash.hold(List.of("sh", "-c", "echo $$ \"$1\"; cat; exit 3", "x", "a b"))).start();
        try (BufferedReader output = process.inputReader()) {
            assertThat(output.readLine()).isEqualTo(process.pid() + " a b");
        }
        assertThat(process.waitFor()).isEqualTo(3);
    }

    @Test
    void aSignalReachesTheCommand() throws Exception {
        Process process = new ProcessBuilder(Leash.hold(List.of("sleep", "300"))).start();
        process.destroy();
        assertThat(process.waitFor()).isEqualTo(128 + 15);
    }

    /** Starts a process, prints its id, and waits to be killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            Process child = new ProcessBuilder(Leash.hold(List.of("sleep", "300"))).start();
            System.out.println(child.pid());
            child.waitFor();
        }
    }
}
