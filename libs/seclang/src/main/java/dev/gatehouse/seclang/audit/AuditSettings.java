package dev.gatehouse.seclang.audit;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * What {@code SecAudit…} directives say.
 *
 * @param relevantStatus the response statuses that make a transaction relevant; empty: no status does
 * @param target {@code SecAuditLog}: a file, a device or a URL; empty: not set
 * @param storageDir the folder of concurrent logs; empty: not set
 * @param dirMode the permissions of its folders, as in {@code chmod}
 * @param fileMode the permissions of its files
 */
public record AuditSettings(
        Engine engine,
        Set<AuditPart> parts,
        Optional<IntPredicate> relevantStatus,
        Type type,
        Format format,
        String target,
        String storageDir,
        int dirMode,
        int fileMode) {
    /** {@code SecAuditEngine}. */
    public enum Engine {
        ON,
        OFF,
        RELEVANT_ONLY
    }

    /** {@code SecAuditLogType}. */
    public enum Type {
        SERIAL,
        CONCURRENT,
        HTTPS,
        SYSLOG
    }

    /** {@code SecAuditLogFormat}. */
    public enum Format {
        NATIVE,
        JSON,
        JSON_LEGACY,
        OCSF
    }

    public AuditSettings {
        parts = Set.copyOf(parts);
    }

    /** ModSecurity's defaults. */
    public static AuditSettings initial() {
        return new AuditSettings(
                Engine.OFF,
                EnumSet.of(AuditPart.A, AuditPart.B, AuditPart.C, AuditPart.F, AuditPart.H, AuditPart.Z),
                Optional.empty(),
                Type.SERIAL,
                Format.NATIVE,
                "",
                "",
                0750,
                0640);
    }

    public AuditSettings engine(Engine other) {
        return new AuditSettings(other, parts, relevantStatus, type, format, target, storageDir, dirMode, fileMode);
    }

    public AuditSettings parts(Set<AuditPart> other) {
        return new AuditSettings(engine, other, relevantStatus, type, format, target, storageDir, dirMode, fileMode);
    }

    public AuditSettings relevantStatus(IntPredicate statuses) {
        return new AuditSettings(
                engine, parts, Optional.of(statuses), type, format, target, storageDir, dirMode, fileMode);
    }

    public AuditSettings type(Type other) {
        return new AuditSettings(engine, parts, relevantStatus, other, format, target, storageDir, dirMode, fileMode);
    }

    public AuditSettings format(Format other) {
        return new AuditSettings(engine, parts, relevantStatus, type, other, target, storageDir, dirMode, fileMode);
    }

    public AuditSettings target(String other) {
        return new AuditSettings(engine, parts, relevantStatus, type, format, other, storageDir, dirMode, fileMode);
    }

    public AuditSettings storageDir(String other) {
        return new AuditSettings(engine, parts, relevantStatus, type, format, target, other, dirMode, fileMode);
    }

    public AuditSettings modes(int dir, int file) {
        return new AuditSettings(engine, parts, relevantStatus, type, format, target, storageDir, dir, file);
    }

    /** Whether a transaction is written. */
    public boolean records(Engine current, int status, boolean ruleAsks) {
        return switch (current) {
            case ON -> true;
            case OFF -> false;
            case RELEVANT_ONLY ->
                ruleAsks
                        || relevantStatus
                                .filter(statuses -> statuses.test(status))
                                .isPresent();
        };
    }
}
