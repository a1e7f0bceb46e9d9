package dev.gatehouse.seclang.regex;

/** Advances the ways through a program over one byte. A {@link LazyDfa} makes its states from the results. Not thread-safe. */
sealed interface Advance permits Steps, OrderedSteps {
    /** Moves to the beginning of the text. */
    void begin();

    /**
     * Advances from the first {@code size} steps of the kernel, over the byte {@code after} or over the end of the
     * text.
     *
     * @param found the patterns that have already matched, as bits; they are not followed any further
     */
    void step(int[] kernel, int size, int before, int after, long found);

    /** The steps that wait for a byte, or for an assertion. */
    int[] kernel();

    /** Whether the kernel waits for an assertion. */
    boolean asks();

    /** The patterns that have matched, ascending. */
    int[] matched();

    /** The patterns that need not be followed any further, as bits. */
    long done();
}
