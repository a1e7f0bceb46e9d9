package dev.gatehouse.identity;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;

/**
 * Key material in a directory as Kubernetes mounts a Secret of type kubernetes.io/tls: {@code tls.crt}, {@code tls.key}, {@code
 * ca.crt}. It is read again every few seconds, on a virtual thread; what cannot be read leaves the last good material in use.
 */
public final class KeyDirectory implements AutoCloseable {
    private static final Logger LOG = System.getLogger(KeyDirectory.class.getName());

    private final Path directory;
    private final TransportCredentials credentials;
    private final Thread thread;
    private Texts current;

    private record Texts(String certificate, String key, String authorities) {}

    /**
     * Reads the directory once, and then whenever {@code interval} is over.
     *
     * @throws IOException where a file cannot be read
     * @throws GeneralSecurityException where a file is not what it should be
     */
    public static KeyDirectory open(Path directory, TransportCredentials credentials, Duration interval)
            throws IOException, GeneralSecurityException {
        return new KeyDirectory(directory, credentials, interval);
    }

    private KeyDirectory(Path directory, TransportCredentials credentials, Duration interval)
            throws IOException, GeneralSecurityException {
        this.directory = directory;
        this.credentials = credentials;
        this.current = read();
        use(current);
        this.thread = Thread.ofVirtual().name("key-directory").start(() -> follow(interval));
    }

    private void follow(Duration interval) {
        Optional<String> told = Optional.empty();
        while (true) {
            try {
                Thread.sleep(interval);
                Texts now = read();
                if (!now.equals(current)) {
                    use(now);
                    current = now;
                    LOG.log(Level.INFO, "new certificate and key in {0}", directory);
                }
                told = Optional.empty();
            } catch (InterruptedException e) {
                return;
            } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
                Optional<String> failure = Optional.of(String.valueOf(e));
                if (!failure.equals(told)) {
                    LOG.log(Level.ERROR, directory + ": the last good certificate stays in use", e);
                    told = failure;
                }
            }
        }
    }

    private Texts read() throws IOException {
        return new Texts(text("tls.crt"), text("tls.key"), text("ca.crt"));
    }

    private String text(String file) throws IOException {
        return Files.readString(directory.resolve(file));
    }

    private void use(Texts texts) throws GeneralSecurityException {
        credentials.use(KeyMaterial.ofPem(texts.certificate(), texts.key(), texts.authorities()));
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
