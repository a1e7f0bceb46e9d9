package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.Map;
import java.util.Set;

/**
 * Patterns that were compiled before, by {@link RecordedPatterns}: found by their bytes and flags, so that any rules profit that have
 * one of them. Others are compiled when they are asked for. Immutable.
 */
public final class PreparedPatterns implements Patterns {
    private final Map<Regex.Source, CompiledPattern> patterns;

    private PreparedPatterns(Map<Regex.Source, CompiledPattern> patterns) {
        this.patterns = patterns;
    }

    /** What became of a file. */
    public sealed interface Outcome {}

    public record Read(PreparedPatterns patterns) implements Outcome {}

    /** It is damaged, or was written by another version of this engine. */
    public record Unusable(String reason) implements Outcome {}

    /** All of a file, or nothing. */
    public static Outcome read(byte[] file) {
        try {
            return new Read(new PreparedPatterns(PreparedFile.read(file)));
        } catch (PreparedFile.Unusable e) {
            return new Unusable(String.valueOf(e.getMessage()));
        }
    }

    /** How many there are. */
    public int size() {
        return patterns.size();
    }

    @Override
    public Regex compile(byte[] pattern, Set<Regex.Flag> flags, AutomatonMemory memory) throws RegexSyntaxException {
        Regex.Source source = new Regex.Source(Bytes.of(pattern), flags);
        CompiledPattern known = patterns.get(source);
        return known == null ? Regex.compile(pattern, flags, memory) : Regex.of(source, known, memory);
    }
}
