package dev.gatehouse.waf.audit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code gatehouse.waf.audit.*}: where audit records may go, and how many wait. */
@ConfigMapping(prefix = "gatehouse.waf.audit")
public interface AuditConfig {
    /** The folder below which rules may name files. Without it all records of files go to standard output. */
    Optional<Path> directory();

    /** URLs below which rules may name a collector, separated by commas. */
    Optional<List<URI>> collectors();

    /** Records that wait to be written; more are dropped, and counted. */
    @WithDefault("10000")
    int queue();

    /** Bytes of memory that waiting records may hold, about. */
    @WithDefault("67108864")
    long queueBytes();
}
