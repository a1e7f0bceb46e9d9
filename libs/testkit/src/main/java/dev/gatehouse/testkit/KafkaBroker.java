package dev.gatehouse.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real broker and controller of Kafka in one process of its own, on the loopback address. Whoever uses it has
 * {@code org.apache.kafka:kafka_2.13} on the class path of its tests.
 */
public final class KafkaBroker implements AutoCloseable {
    private static final String CLUSTER_ID = "4L6g3nShT-eMCtK--X86sw";

    private final Path directory;
    private final List<Integer> ports = FreePorts.some(2);
    private Process process;

    /** Starts one; {@code directory} has its data and its log. */
    public KafkaBroker(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        Files.writeString(directory.resolve("server.properties"), """
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@127.0.0.1:%d
            listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d
            controller.listener.names=CONTROLLER
            log.dirs=%s
            offsets.topic.replication.factor=1
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            transaction.state.log.num.partitions=1
            transaction.max.timeout.ms=600000
            auto.create.topics.enable=false
            log.cleaner.backoff.ms=100
            message.max.bytes=33554432
            """.formatted(
                        ports.get(1), ports.get(0), ports.get(1), directory.resolve("data")));
        Process format = java("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", "server.properties");
        Await.orSilent(() -> !format.isAlive(), Await.pulse(format), () -> "the broker's storage is not formatted");
        if (format.exitValue() != 0) {
            throw new IOException("the broker's storage: " + Files.readString(directory.resolve("broker.log")));
        }
        process = java("kafka.Kafka", "server.properties");
    }

    private Process java(String mainClass, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                mainClass));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(Leash.hold(command))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("broker.log").toFile()))
                .start();
    }

    /** Where clients begin. */
    public String address() {
        return "127.0.0.1:" + ports.getFirst();
    }

    /** Ends the process and starts it anew, with the same data. */
    public void restart() throws IOException, InterruptedException {
        stop();
        process = java("kafka.Kafka", "server.properties");
    }

    /** Ends the process; the data stays. */
    public void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(Duration.ofSeconds(30).toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}
