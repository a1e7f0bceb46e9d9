package dev.gatehouse.events.grpc;

import io.grpc.stub.CallStreamObserver;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Makes a writer wait until the transport takes more, or the call has ended. */
final class ReadyGate {
    private final CallStreamObserver<?> call;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean ended;

    ReadyGate(CallStreamObserver<?> call) {
        this.call = call;
    }

    void ready() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** False: the call has ended. */
    boolean await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!ended && !call.isReady()) {
                changed.await();
            }
            return !ended;
        } finally {
            lock.unlock();
        }
    }
}
