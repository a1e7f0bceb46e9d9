package dev.gatehouse.seclang.regex;

import java.util.Set;

/** Where the patterns of rules are compiled, or taken from. For any number of threads. */
public interface Patterns {
    /** Each is compiled when it is asked for. */
    Patterns ANEW = Regex::compile;

    /** As {@link Regex#compile}. */
    Regex compile(byte[] pattern, Set<Regex.Flag> flags, AutomatonMemory memory) throws RegexSyntaxException;
}
