package dev.gatehouse.authz.basic;

/** Argon2. Takes the memory that the hash wants, and tens of milliseconds and more. */
@FunctionalInterface
public interface Argon2Check {
    boolean matches(byte[] password, Argon2 hash);
}
