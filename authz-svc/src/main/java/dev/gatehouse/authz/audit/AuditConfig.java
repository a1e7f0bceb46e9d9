package dev.gatehouse.authz.audit;

import dev.gatehouse.authz.policy.Subjects;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** {@code gatehouse.authz.audit.*}: where audit events go, how many wait, and how they name subjects. */
@ConfigMapping(prefix = "gatehouse.authz.audit")
public interface AuditConfig {
    /** Whether events are lines of the log. */
    @WithDefault("true")
    boolean log();

    /** Whether events go to Kafka, where {@code gatehouse.kafka.bootstrap-servers} is set. */
    @WithDefault("true")
    boolean kafka();

    /** Events that wait to be written, for each destination; more are dropped, and counted. */
    @WithDefault("10000")
    int queue();

    /** Bytes of memory that waiting events may hold, about. */
    @WithDefault("16777216")
    long queueBytes();

    /** How subjects are written, here and in access logs. */
    @WithDefault("hashed")
    Subjects.Form subject();

    /**
     * A file with the key of hashed subjects: 32 bytes, as they are or as Base64. Read once, at the start. Without it the key is made of the oldest session key, and where there is none
     * it is random: hashes of several replicas differ then, and those of a process end with it.
     */
    Optional<Path> subjectKey();
}
