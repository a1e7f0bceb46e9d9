package dev.gatehouse.events.grpc;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.api.events.v1.DataPlaneReportsGrpc;
import dev.gatehouse.api.events.v1.PublishSummary;
import dev.gatehouse.events.DataPlaneReports;
import dev.gatehouse.events.LatestReports;
import dev.gatehouse.events.ReportMailbox;
import dev.gatehouse.events.Subscription;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sends reports to the controller over gRPC. While it is away they wait in a {@link ReportMailbox} of 10,000; after each
 * connection the latest state of every subscriber is sent again, so that neither a drop nor a new controller leaves it with a
 * wrong picture.
 */
public final class GrpcDataPlaneReports implements DataPlaneReports, Subscription {
    private static final Logger LOG = System.getLogger(GrpcDataPlaneReports.class.getName());
    private static final int BOUND = 10_000;

    private final ManagedChannel channel;
    private final ReportMailbox mailbox = new ReportMailbox(BOUND);
    private final LatestReports latest = new LatestReports();
    private final Backoff backoff;
    private final Thread thread;

    private GrpcDataPlaneReports(ManagedChannel channel, RandomGenerator random) {
        this.channel = channel;
        this.backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10), random);
        this.thread = Thread.ofVirtual().name("data-plane-reports-client").unstarted(this::run);
    }

    /** @param channel stays the caller's to shut down */
    public static GrpcDataPlaneReports start(ManagedChannel channel, RandomGenerator random) {
        GrpcDataPlaneReports started = new GrpcDataPlaneReports(channel, random);
        started.thread.start();
        return started;
    }

    @Override
    public void publish(DataPlaneReport report) {
        latest.take(report);
        mailbox.put(report);
    }

    private void run() {
        try {
            while (true) {
                publishUntilBroken();
                // The next connection may lead to another replica of the controller.
                channel.enterIdle();
                Thread.sleep(backoff.next());
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "Reports end with the process.");
        }
    }

    private void publishUntilBroken() throws InterruptedException {
        Stream stream = new Stream(Thread.currentThread());
        DataPlaneReportsGrpc.newStub(channel).withWaitForReady().publish(stream);
        try {
            if (!stream.awaitReady()) {
                return;
            }
            backoff.reset();
            for (var waiting = mailbox.poll(); waiting.isPresent(); waiting = mailbox.poll()) {
                stream.send(waiting.get());
            }
            for (DataPlaneReport report : latest.all()) {
                stream.send(report);
            }
            while (stream.awaitReady()) {
                stream.send(mailbox.take());
            }
        } catch (InterruptedException e) {
            if (!stream.broken()) {
                stream.cancel();
                throw e;
            }
        } finally {
            stream.stopInterrupting();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    /** One call. Its end interrupts the writer, which may be waiting for a report. */
    private static final class Stream implements ClientResponseObserver<DataPlaneReport, PublishSummary> {
        private final Thread writer;
        private final CountDownLatch started = new CountDownLatch(1);
        private final ReentrantLock lock = new ReentrantLock();
        private volatile boolean broken;
        private boolean interrupts = true;
        private volatile @Nullable ClientCallStreamObserver<DataPlaneReport> call;
        private volatile @Nullable ReadyGate gate;

        Stream(Thread writer) {
            this.writer = writer;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<DataPlaneReport> requests) {
            ReadyGate ready = new ReadyGate(requests);
            requests.setOnReadyHandler(ready::ready);
            call = requests;
            gate = ready;
            started.countDown();
        }

        boolean awaitReady() throws InterruptedException {
            started.await();
            ReadyGate ready = gate;
            return ready != null && ready.await();
        }

        void send(DataPlaneReport report) {
            ClientCallStreamObserver<DataPlaneReport> open = call;
            if (open != null && !broken) {
                open.onNext(report);
            }
        }

        void cancel() {
            ClientCallStreamObserver<DataPlaneReport> open = call;
            if (open != null) {
                open.cancel("the process is stopping", null);
            }
        }

        boolean broken() {
            return broken;
        }

        /** After this the writer is not interrupted any more, and an interrupt that came is forgotten. */
        void stopInterrupting() {
            lock.lock();
            try {
                interrupts = false;
                if (broken) {
                    Thread.interrupted();
                }
            } finally {
                lock.unlock();
            }
        }

        private void breakOff() {
            lock.lock();
            try {
                broken = true;
                if (interrupts) {
                    writer.interrupt();
                }
            } finally {
                lock.unlock();
            }
            ReadyGate ready = gate;
            if (ready != null) {
                ready.end();
            }
        }

        @Override
        public void onNext(PublishSummary summary) {
            LOG.log(Level.DEBUG, "The controller has received {0} reports on this stream.", summary.getReceived());
        }

        @Override
        public void onError(Throwable failure) {
            LOG.log(
                    Level.INFO,
                    "The controller does not take reports ({0}); the latest are kept and sent again.",
                    Status.fromThrowable(failure));
            breakOff();
        }

        @Override
        public void onCompleted() {
            breakOff();
        }
    }
}
