package dev.gatehouse.seclang.auditlog;

/** Counts what became of audit records. For any thread. */
public interface AuditCounters {
    /** Counts nothing. */
    AuditCounters NONE = new AuditCounters() {
        @Override
        public void written(int records) {}

        @Override
        public void dropped(int records) {}

        @Override
        public void failed(int records) {}
    };

    /** They are where they belong. */
    void written(int records);

    /** There was no room for them in the queue. */
    void dropped(int records);

    /** Their destination has not taken them. */
    void failed(int records);
}
