package dev.gatehouse.console.model;

/** How good news is. */
public enum Tone {
    /** As it should be. */
    GOOD,
    /** Neither good nor bad. */
    PLAIN,
    /** Worth a look. */
    WARNING,
    /** Something does not work. */
    BAD
}
