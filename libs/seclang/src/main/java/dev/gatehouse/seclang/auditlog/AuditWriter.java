package dev.gatehouse.seclang.auditlog;

import dev.gatehouse.seclang.audit.AuditSettings;
import dev.gatehouse.seclang.audit.AuditText;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes each record to the target of its rules, in their format. Records with a forbidden target, or with {@code
 * syslog}, are written to standard output, so that no record is lost because of its target.
 */
public final class AuditWriter implements AuditDestination, AutoCloseable {
    private static final Logger LOG = System.getLogger(AuditWriter.class.getName());

    /** Warnings about targets that were refused are remembered for so many. */
    private static final int REMEMBERED = 1000;

    private final AuditPlaces places;
    private final OutputStream standard;
    private final OutputStream error;
    private final SerialFiles serial = new SerialFiles();
    private final Collectors collectors = new Collectors();
    private final Set<String> refused = new HashSet<>();
    private boolean failing;

    /**
     * @param standard the stream for {@code /dev/stdout}, and for records without a usable target
     * @param error the stream for {@code /dev/stderr}
     */
    public AuditWriter(AuditPlaces places, OutputStream standard, OutputStream error) {
        this.places = places;
        this.standard = standard;
        this.error = error;
    }

    @Override
    public int write(List<AuditEntry> entries) throws InterruptedException {
        int failed = 0;
        for (AuditEntry entry : entries) {
            try {
                write(entry);
                failing = false;
            } catch (IOException e) {
                failed++;
                if (!failing) {
                    LOG.log(
                            Level.ERROR,
                            "An audit record of policy {0} cannot be written to \"{1}\": {2}. Those after it are tried.",
                            entry.policy(),
                            entry.settings().target(),
                            e);
                    failing = true;
                }
            }
        }
        return failed;
    }

    private void write(AuditEntry entry) throws IOException, InterruptedException {
        AuditSettings settings = entry.settings();
        byte[] text = AuditText.of(entry.record(), settings.format()).getBytes(StandardCharsets.UTF_8);
        switch (settings.type()) {
            case SERIAL -> serial(entry, text);
            case CONCURRENT -> concurrent(entry, text);
            case HTTPS -> {
                Optional<URI> collector = places.collector(settings.target());
                if (collector.isPresent()) {
                    collectors.post(collector.get(), settings.format(), text);
                } else {
                    refuse(entry, settings.target(), text);
                }
            }
            case SYSLOG -> standard(standard, text);
        }
    }

    private void serial(AuditEntry entry, byte[] text) throws IOException {
        String target = entry.settings().target();
        if (target.isEmpty() || target.equals("/dev/stdout")) {
            standard(standard, text);
        } else if (target.equals("/dev/stderr")) {
            standard(error, text);
        } else {
            Optional<Path> path = places.path(target);
            if (path.isPresent()) {
                serial.append(path.get(), entry.settings(), text);
            } else {
                refuse(entry, target, text);
            }
        }
    }

    private void concurrent(AuditEntry entry, byte[] text) throws IOException {
        AuditSettings settings = entry.settings();
        Optional<Path> folder = places.path(settings.storageDir());
        if (folder.isEmpty()) {
            refuse(entry, settings.storageDir(), text);
            return;
        }
        byte[] line = ConcurrentFiles.write(folder.get(), entry, text);
        if (!settings.target().isEmpty()) {
            serial(entry, line);
        }
    }

    private void refuse(AuditEntry entry, String target, byte[] text) throws IOException {
        if (refused.size() < REMEMBERED && refused.add(target)) {
            LOG.log(
                    Level.WARNING,
                    "Policy {0} may not have audit records written to \"{1}\" (expected: a file below {2}, or a URL below one of"
                            + " {3}); they go to standard output.",
                    entry.policy(),
                    target,
                    places.directory().map(Path::toString).orElse("a folder, which is not configured"),
                    places.collectors());
        }
        standard(standard, text);
    }

    private static void standard(OutputStream stream, byte[] text) throws IOException {
        stream.write(text);
        stream.flush();
    }

    @Override
    public void close() throws IOException {
        serial.close();
        collectors.close();
    }
}
