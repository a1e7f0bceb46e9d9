package dev.gatehouse.authz.basic;

/** bcrypt. Takes as long as the hash's cost wants: tens of milliseconds and more. */
@FunctionalInterface
public interface BcryptCheck {
    /** @param hash {@code $2a$}, {@code $2b$} or {@code $2y$}; checked for its form before */
    boolean matches(byte[] password, String hash);
}
