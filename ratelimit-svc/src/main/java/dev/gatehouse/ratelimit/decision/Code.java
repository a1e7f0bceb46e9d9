package dev.gatehouse.ratelimit.decision;

/** {@code RateLimitResponse.Code}. */
public enum Code {
    OK,
    OVER_LIMIT
}
