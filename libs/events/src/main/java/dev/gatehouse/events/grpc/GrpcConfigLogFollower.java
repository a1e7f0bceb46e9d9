package dev.gatehouse.events.grpc;

import dev.gatehouse.api.configlog.v1.Commit;
import dev.gatehouse.api.configlog.v1.ConfigLogGrpc;
import dev.gatehouse.api.configlog.v1.FollowRequest;
import dev.gatehouse.api.configlog.v1.Record;
import dev.gatehouse.events.Follower;
import dev.gatehouse.events.LogRecords;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Seal;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Follows a config log over gRPC for as long as it is open: connects, reconnects with jittered backoff (100 ms to 10
 * s), and resumes at its position. During a replay it has no position, so that an interrupted replay starts over.
 *
 * <p>A secret that cannot be opened is left out and logged; everything else of its transaction is delivered.
 */
public final class GrpcConfigLogFollower implements Subscription {
    private static final Logger LOG = System.getLogger(GrpcConfigLogFollower.class.getName());

    private final ManagedChannel channel;
    private final String name;
    private final Supplier<Optional<Seal>> seal;
    private final Follower follower;
    private final Backoff backoff;
    private final Context.CancellableContext call = Context.ROOT.withCancellation();
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean connected;

    private Optional<Position> stand = Optional.empty();
    private boolean replaying;
    private List<Put> puts = new ArrayList<>();
    private List<ResourceId> deletes = new ArrayList<>();

    private GrpcConfigLogFollower(
            ManagedChannel channel,
            String name,
            Supplier<Optional<Seal>> seal,
            Follower follower,
            RandomGenerator random) {
        this.channel = channel;
        this.name = name;
        this.seal = seal;
        this.follower = follower;
        this.backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10), random);
        this.thread = Thread.ofVirtual().name("config-log-client").unstarted(this::run);
    }

    /**
     * Starts following.
     *
     * @param channel stays the caller's to shut down
     * @param name who follows, for the controller's log
     * @param seal asked for each secret; empty: every secret is refused
     */
    public static GrpcConfigLogFollower start(
            ManagedChannel channel,
            String name,
            Supplier<Optional<Seal>> seal,
            Follower follower,
            RandomGenerator random) {
        GrpcConfigLogFollower started = new GrpcConfigLogFollower(channel, name, seal, follower, random);
        started.thread.start();
        return started;
    }

    /** True while records flow: from the first record of a connection until it ends. */
    public boolean connected() {
        return connected;
    }

    private void run() {
        boolean reported = false;
        while (!closed) {
            try {
                call.run(this::followOnce);
            } catch (StatusRuntimeException e) {
                if (!closed && (connected || !reported)) {
                    LOG.log(
                            Level.WARNING,
                            "The config log is away ({0}); what was last received stays in use.",
                            e.getStatus());
                    reported = true;
                }
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "A follower of the config log failed; it is sent a replay.", e);
                stand = Optional.empty();
            }
            connected = false;
            // The next connection may lead to another replica of the controller.
            channel.enterIdle();
            if (!closed && !pause(backoff.next())) {
                return;
            }
        }
    }

    private static boolean pause(Duration time) {
        try {
            Thread.sleep(time);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void followOnce() {
        FollowRequest.Builder request = FollowRequest.newBuilder().setFollower(name);
        stand.ifPresent(position -> request.setEpoch(position.epoch()).setOffset(position.offset()));
        puts = new ArrayList<>();
        deletes = new ArrayList<>();
        replaying = false;
        Iterator<Record> records =
                ConfigLogGrpc.newBlockingStub(channel).withWaitForReady().follow(request.build());
        while (records.hasNext()) {
            receive(records.next());
            if (!connected) {
                connected = true;
                backoff.reset();
            }
        }
        throw Status.UNAVAILABLE.withDescription("closed by the controller").asRuntimeException();
    }

    private void receive(Record entry) {
        switch (entry.getEntryCase()) {
            case REPLAY_STARTED -> {
                replaying = true;
                stand = Optional.empty();
                follower.replayStarted(entry.getEpoch());
            }
            case PUT -> LogRecords.open(entry.getPut(), seal.get()).ifPresent(puts::add);
            case DELETE -> deletes.add(LogRecords.id(entry.getDelete().getId()));
            case COMMIT -> commit(LogRecords.position(entry), entry.getCommit());
            case CAUGHT_UP -> {
                replaying = false;
                stand = Optional.of(LogRecords.position(entry));
                follower.caughtUp(LogRecords.position(entry));
            }
            case ENTRY_NOT_SET ->
                LOG.log(
                        Level.WARNING,
                        "A record at {0} is of a kind that this version does not know.",
                        entry.getOffset());
        }
    }

    private void commit(Position position, Commit commit) {
        Transaction transaction = LogRecords.transaction(commit, puts, deletes);
        puts = new ArrayList<>();
        deletes = new ArrayList<>();
        follower.transaction(position, transaction);
        if (!replaying) {
            stand = Optional.of(position);
        }
    }

    @Override
    public void close() {
        closed = true;
        call.cancel(null);
        thread.interrupt();
    }
}
