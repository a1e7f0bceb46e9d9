package dev.gatehouse.authz.basic;

import java.util.concurrent.Executor;

/**
 * How hashes are computed that take a core for a while, and where.
 *
 * @param bcryptThreads of few threads; throws {@link java.util.concurrent.RejectedExecutionException} when it is full
 * @param argon2Threads the same; others than those of bcrypt, as a hash may have to wait for memory there
 */
public record SlowHashes(BcryptCheck bcrypt, Executor bcryptThreads, Argon2Check argon2, Executor argon2Threads) {}
