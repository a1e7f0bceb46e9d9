package dev.gatehouse.events.grpc;

import dev.gatehouse.api.configlog.v1.Commit;
import dev.gatehouse.api.configlog.v1.ConfigLogGrpc;
import dev.gatehouse.api.configlog.v1.FollowRequest;
import dev.gatehouse.api.configlog.v1.Record;
import dev.gatehouse.events.Follower;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Follows a config log over gRPC for as long as it is open: connects, reconnects with jittered backoff (100 ms to 10 s), and
 * resumes where it stood. While a replay runs it stands nowhere, so that one that breaks off is started over.
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
            case PUT -> open(entry.getPut()).ifPresent(puts::add);
            case DELETE -> deletes.add(id(entry.getDelete().getId()));
            case COMMIT -> commit(position(entry), entry.getCommit());
            case CAUGHT_UP -> {
                replaying = false;
                stand = Optional.of(position(entry));
                follower.caughtUp(position(entry));
            }
            case ENTRY_NOT_SET ->
                LOG.log(
                        Level.WARNING,
                        "A record at {0} is of a kind that this version does not know.",
                        entry.getOffset());
        }
    }

    private void commit(Position position, Commit commit) {
        Transaction transaction = new Transaction(
                commit.getFleet(),
                puts,
                deletes,
                Instant.ofEpochMilli(commit.getPublishedAtMillis()),
                commit.getFleetRemoved());
        puts = new ArrayList<>();
        deletes = new ArrayList<>();
        follower.transaction(position, transaction);
        if (!replaying) {
            stand = Optional.of(position);
        }
    }

    private Optional<Put> open(dev.gatehouse.api.configlog.v1.Put message) {
        ResourceId id = id(message.getId());
        if (!message.getSealed()) {
            return Optional.of(new Put(id, message.getVersion(), message.getResource(), false));
        }
        String refusal;
        Seal key = keyOrNull();
        if (message.getSealKeyId().isEmpty()) {
            refusal =
                    "withheld by the controller, which has no sealing key (expected: the same key ring on both sides)";
        } else if (key == null) {
            refusal = "sealed with key \"" + message.getSealKeyId() + "\", and no sealing key is configured here";
        } else {
            switch (key.open(id, message.getVersion(), message.getSealKeyId(), message.getResource())) {
                case Seal.Opening.Opened opened -> {
                    return Optional.of(new Put(id, message.getVersion(), opened.resource(), true));
                }
                case Seal.Opening.Refused refused -> refusal = refused.reason();
            }
        }
        LOG.log(Level.ERROR, "Secret {0} of fleet {1} is left out: {2}", id.name(), id.fleet(), refusal);
        return Optional.empty();
    }

    private @Nullable Seal keyOrNull() {
        return seal.get().orElse(null);
    }

    private static ResourceId id(dev.gatehouse.api.configlog.v1.ResourceId message) {
        return new ResourceId(message.getFleet(), message.getTypeUrl(), message.getName());
    }

    private static Position position(Record entry) {
        return new Position(entry.getEpoch(), entry.getOffset());
    }

    @Override
    public void close() {
        closed = true;
        call.cancel(null);
        thread.interrupt();
    }
}
