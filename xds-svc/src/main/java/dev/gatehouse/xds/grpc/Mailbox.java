package dev.gatehouse.xds.grpc;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Runs tasks one at a time, in order, on a borrowed executor. It has no bound of its own: callers keep at most one task
 * of each kind waiting. A failed task is reported, and later tasks still run.
 */
final class Mailbox {
    private final Executor executor;
    private final Consumer<Throwable> failed;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean running;

    /** @param failed receives a task's failure, on the task's thread */
    Mailbox(Executor executor, Consumer<Throwable> failed) {
        this.executor = executor;
        this.failed = failed;
    }

    void submit(Runnable task) {
        lock.lock();
        try {
            tasks.addLast(task);
            if (running) {
                return;
            }
            running = true;
        } finally {
            lock.unlock();
        }
        executor.execute(this::drain);
    }

    private void drain() {
        while (true) {
            Runnable task;
            lock.lock();
            try {
                task = tasks.pollFirst();
                if (task == null) {
                    running = false;
                    return;
                }
            } finally {
                lock.unlock();
            }
            try {
                task.run();
            } catch (RuntimeException | Error failure) {
                failed.accept(failure);
            }
        }
    }
}
