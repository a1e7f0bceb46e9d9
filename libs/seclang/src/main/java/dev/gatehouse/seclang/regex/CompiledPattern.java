package dev.gatehouse.seclang.regex;

/**
 * What is made of a pattern once, and is the same in each process.
 *
 * @param groups capturing ones, without the whole match
 */
record CompiledPattern(int groups, Requirement requirement, Program program) {
    /** An error if it would be too large. */
    static CompiledPattern of(PatternParser.Parsed pattern) throws RegexSyntaxException {
        return new CompiledPattern(pattern.groups(), Requirement.of(pattern.node()), Program.of(pattern));
    }
}
