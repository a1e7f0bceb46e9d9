package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Patterns that {@link RecordedPatterns} compiled earlier. They are found by their bytes and flags, so that any rule
 * with an equal pattern can use them. Other patterns are compiled on demand. Immutable.
 */
public final class PreparedPatterns implements Patterns {
    /**
     * The entries by checksums of the patterns, which cost a new JVM less than hash codes. Of several patterns with one
     * checksum only one is kept.
     */
    private final Map<Integer, PreparedFile.Entry> patterns = new HashMap<>();

    private PreparedPatterns(List<PreparedFile.Entry> entries) {
        for (PreparedFile.Entry entry : entries) {
            patterns.put(key(entry.pattern(), entry.flags()), entry);
        }
    }

    private static int key(byte[] pattern, int flags) {
        return PreparedFile.checksum(pattern, 0) + flags;
    }

    /** The outcome of reading a file. */
    public sealed interface Outcome {}

    public record Read(PreparedPatterns patterns) implements Outcome {}

    /** The file is damaged, or another version of this engine wrote it. */
    public record Unusable(String reason) implements Outcome {}

    /** Reads a whole file, or nothing. */
    public static Outcome read(byte[] file) {
        try {
            return new Read(new PreparedPatterns(PreparedFile.read(file, PreparedFile.engine())));
        } catch (PreparedFile.Unusable e) {
            return new Unusable(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Regex compile(byte[] pattern, Set<Regex.Flag> flags, AutomatonMemory memory) throws RegexSyntaxException {
        int bits = Regex.Flag.bits(flags);
        PreparedFile.Entry known = patterns.get(key(pattern, bits));
        return known != null && known.flags() == bits && Arrays.equals(known.pattern(), pattern)
                ? Regex.of(new Regex.Source(Bytes.of(known.pattern()), flags), known.compiled(), memory)
                : Regex.compile(pattern, flags, memory);
    }
}
