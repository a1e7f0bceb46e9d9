package dev.gatehouse.seclang.regex;

import java.util.Set;

/** Compiles the patterns of rules, or supplies precompiled ones. Thread-safe. */
public interface Patterns {
    /** Compiles each pattern on demand. */
    Patterns ANEW = Regex::compile;

    /** As {@link Regex#compile}. */
    Regex compile(byte[] pattern, Set<Regex.Flag> flags, AutomatonMemory memory) throws RegexSyntaxException;
}
