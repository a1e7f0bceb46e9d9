package dev.gatehouse.seclang.regex;

/**
 * The compiled form of a pattern, which is equal in every process.
 *
 * @param groups the number of capturing groups, without the whole match
 */
record CompiledPattern(int groups, Requirement requirement, Program program) {
    /** Compiles a pattern; throws if the program would be too large. */
    static CompiledPattern of(PatternParser.Parsed pattern) throws RegexSyntaxException {
        return new CompiledPattern(pattern.groups(), Requirement.of(pattern.node()), Program.of(pattern));
    }
}
