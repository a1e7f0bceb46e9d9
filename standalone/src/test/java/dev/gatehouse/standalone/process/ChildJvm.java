package dev.gatehouse.standalone.process;

import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.Leash;
import dev.gatehouse.testkit.RealEnvoy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A jar as a process of its own, with all that it prints; ended, with its children, when it is closed or the test's JVM is gone. */
public final class ChildJvm implements AutoCloseable {
    // As the launcher runs it, with less of what pays off only in a long run.
    private static final List<String> OPTIONS = List.of(
            "-XX:+UseSerialGC",
            "-Xmx160m",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager");

    private final String name;
    private final Process process;
    private final Thread reader;
    private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();

    private ChildJvm(String name, Process process) {
        this.name = name;
        this.process = process;
        this.reader = Thread.ofVirtual().name("output of " + name).start(this::read);
    }

    /**
     * Starts the Quarkus application of {@code module}, which must have been packaged, in an environment without any {@code
     * GATEHOUSE_*} but those given.
     *
     * @param arguments for the JVM if they begin with {@code -D}, else for the application
     */
    public static ChildJvm start(String module, Map<String, String> environment, String... arguments) {
        Path jar = repository().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.isRegularFile(jar)) {
            throw new AssertionError(jar + " is not there (expected: built by 'mvnw package' before this test)");
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        List.of(arguments).stream().filter(ChildJvm::forJvm).forEach(command::add);
        command.addAll(List.of("-jar", jar.toString()));
        List.of(arguments).stream().filter(argument -> !forJvm(argument)).forEach(command::add);
        ProcessBuilder builder = new ProcessBuilder(Leash.hold(command)).redirectErrorStream(true);
        builder.environment().keySet().removeIf(key -> key.startsWith("GATEHOUSE_") || key.startsWith("QUARKUS_"));
        builder.environment().putAll(environment);
        try {
            return new ChildJvm(module, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code gatehouse run} with the real Envoy, once it serves what the folders say. */
    public static ChildJvm serving(int grpcPort, int adminPort, Path... folders) throws Exception {
        return serving(grpcPort, adminPort, List.of(), folders);
    }

    /** As {@link #serving(int, int, Path...)}, with further options. */
    public static ChildJvm serving(int grpcPort, int adminPort, List<String> options, Path... folders)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of("run"));
        arguments.addAll(options);
        for (Path folder : folders) {
            arguments.add(folder.toString());
        }
        arguments.addAll(List.of("--grpc-port", Integer.toString(grpcPort)));
        arguments.addAll(List.of("--admin-port", Integer.toString(adminPort)));
        arguments.addAll(List.of("--envoy", RealEnvoy.binary().path().toString()));
        return start("standalone", Map.of(), arguments.toArray(String[]::new))
                .awaitLine(line -> line.startsWith("Ctrl-C"));
    }

    private static boolean forJvm(String argument) {
        return argument.startsWith("-D");
    }

    /** The folder with the modules: tests run in one of them. */
    public static Path repository() {
        return Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("(output ended: " + e.getMessage() + ")");
        }
    }

    /** What it printed up to now, standard output and standard error. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** The same as one text. */
    public String output() {
        return String.join("\n", lines);
    }

    public long pid() {
        return process.pid();
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** Waits until it has printed such a line, as long as it does anything. */
    public ChildJvm awaitLine(Predicate<String> wanted) {
        await(() -> {
            if (!process.isAlive()) {
                reader.join();
            }
            return lines.stream().anyMatch(wanted) || !process.isAlive();
        });
        if (lines.stream().noneMatch(wanted)) {
            throw new AssertionError(described());
        }
        return this;
    }

    /** Waits for {@code condition}, as long as the process does anything; if it does not come, what the process printed is in the message. */
    public void await(Await.Condition condition) {
        Await.orSilent(condition, pulse(), this::described);
    }

    /** Changes whenever the process does something. */
    public Supplier<?> pulse() {
        Supplier<?> cpu = Await.pulse(process);
        return () -> List.of(cpu.get(), lines.size());
    }

    /** Asks it to end, as a container runtime does. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** Ends it as a lost machine would. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Its exit code, after all it printed has been read; 128 and the number for a signal. */
    public int exit(Duration within) throws InterruptedException {
        if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(name + " has not ended within " + within + "; " + described());
        }
        reader.join();
        return process.exitValue();
    }

    private String described() {
        return name + (process.isAlive() ? " (runs)" : " (exit " + process.exitValue() + ")") + " printed:\n"
                + output();
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
    }
}
