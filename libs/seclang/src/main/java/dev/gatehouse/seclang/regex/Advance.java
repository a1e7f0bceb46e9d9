package dev.gatehouse.seclang.regex;

/** How the ways through a program go on over one byte: what a {@link LazyDfa} makes its states of. Not for several threads. */
sealed interface Advance permits Steps, OrderedSteps {
    /** To where the text begins. */
    void begin();

    /**
     * From the first {@code size} steps of the kernel, over the byte {@code after} or over the end of the text.
     *
     * @param found the patterns that have matched, as bits: nothing more is asked of them
     */
    void step(int[] kernel, int size, int before, int after, long found);

    /** The steps that wait for a byte, or for an assertion. */
    int[] kernel();

    /** Whether the kernel waits for an assertion. */
    boolean asks();

    /** The patterns that have matched, ascending. */
    int[] matched();

    /** The patterns that nothing more is asked of, as bits. */
    long done();
}
