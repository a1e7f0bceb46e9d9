package dev.gatehouse.seclang.audit;

/**
 * The limits of one transaction's log data. Clients choose their requests, but must not control the size of the logs.
 * Each log says what the limits left out.
 *
 * @param rules the most matched rules in the error log and in an audit record, and the most files in an audit record
 * @param valueBytes the most bytes of a message or a matched value in an audit record; 16 KiB at most
 * @param recordBytes the most bytes of an audit record before escaping; its rules are written first, then headers and
 * files, then bodies
 */
public record LogLimits(int rules, int valueBytes, int recordBytes) {
    /** As much as is kept of the message and the data of a rule that matched. */
    public static final int LONGEST_VALUE = 16 * 1024;

    /** 100 rules, 1 KiB of a value, 128 KiB of a record: more than anything that is not made to fill logs. */
    public static final LogLimits USUAL = new LogLimits(100, 1024, 128 * 1024);

    public LogLimits {
        if (rules < 1 || valueBytes < 1 || valueBytes > LONGEST_VALUE || recordBytes < 1) {
            throw new IllegalArgumentException(rules + " rules, " + valueBytes + " bytes of a value, " + recordBytes
                    + " bytes of a record (expected: 1 or more each, a value of " + LONGEST_VALUE + " at most)");
        }
    }
}
