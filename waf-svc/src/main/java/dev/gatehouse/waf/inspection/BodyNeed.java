package dev.gatehouse.waf.inspection;

/** How much of a body is to be looked at before it goes on. */
public enum BodyNeed {
    NONE,
    /** What fits into the limit; the rest passes. */
    BEGINNING,
    /** All of it; a longer one than the limit is refused. */
    WHOLE
}
