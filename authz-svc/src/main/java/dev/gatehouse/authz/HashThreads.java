package dev.gatehouse.authz;

/** The threads that compute slow hashes, by kind: one kind's queue does not hold up the other. */
record HashThreads(PasswordThreads bcrypt, PasswordThreads argon2) implements AutoCloseable {
    @Override
    public void close() {
        bcrypt.close();
        argon2.close();
    }
}
