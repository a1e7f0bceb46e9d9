package dev.gatehouse.seclang.regex;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compiles patterns and records their compiled forms, for {@link PreparedPatterns} of another process. Thread-safe. */
public final class RecordedPatterns implements Patterns {
    private final Map<Regex.Source, Regex> compiled = new LinkedHashMap<>();

    @Override
    public Regex compile(byte[] pattern, Set<Regex.Flag> flags, AutomatonMemory memory) throws RegexSyntaxException {
        Regex regex = Regex.compile(pattern, flags, memory);
        synchronized (compiled) {
            compiled.put(regex.source(), regex);
        }
        return regex;
    }

    /** The recorded patterns in the form that {@link PreparedPatterns#read} reads. Equal patterns in equal order give equal bytes. */
    public byte[] write() {
        List<Regex> patterns;
        synchronized (compiled) {
            patterns = new ArrayList<>(compiled.values());
        }
        return PreparedFile.write(patterns.stream().map(RecordedPatterns::entry).toList(), PreparedFile.engine());
    }

    private static PreparedFile.Entry entry(Regex regex) {
        return new PreparedFile.Entry(
                regex.source().pattern().toArray(),
                Regex.Flag.bits(regex.source().flags()),
                regex.compiled());
    }
}
