package dev.gatehouse.events.grpc;

import dev.gatehouse.api.configlog.v1.CaughtUp;
import dev.gatehouse.api.configlog.v1.ConfigLogGrpc;
import dev.gatehouse.api.configlog.v1.Delete;
import dev.gatehouse.api.configlog.v1.FollowRequest;
import dev.gatehouse.api.configlog.v1.Record;
import dev.gatehouse.api.configlog.v1.ReplayStarted;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.Follower;
import dev.gatehouse.events.LogRecords;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Seal;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Serves a config log over gRPC, as fast as each follower reads. Without a seal, secrets are withheld: their bytes do not leave
 * the process, and the follower is told so.
 */
public class GrpcConfigLogServer extends ConfigLogGrpc.ConfigLogImplBase {
    private final ConfigLog log;
    private final Supplier<Optional<Seal>> seal;

    /** @param seal asked for each secret; empty: no sealing key is configured */
    public GrpcConfigLogServer(ConfigLog log, Supplier<Optional<Seal>> seal) {
        this.log = log;
        this.seal = seal;
    }

    @Override
    public void follow(FollowRequest request, StreamObserver<Record> responses) {
        Optional<Position> after;
        try {
            after = request.getEpoch().isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Position(request.getEpoch(), request.getOffset()));
        } catch (IllegalArgumentException e) {
            responses.onError(Status.INVALID_ARGUMENT
                    .withDescription(e.getMessage())
                    .withCause(e)
                    .asRuntimeException());
            return;
        }
        ServerCallStreamObserver<Record> call = (ServerCallStreamObserver<Record>) responses;
        ReadyGate gate = new ReadyGate(call);
        call.setOnReadyHandler(gate::ready);
        Writer writer = new Writer(call, gate);
        Subscription subscription = log.follow(after, writer);
        call.setOnCancelHandler(() -> {
            gate.end();
            subscription.close();
        });
    }

    /** Writes on the log's thread, which it holds until the transport is ready. */
    private final class Writer implements Follower {
        private final ServerCallStreamObserver<Record> call;
        private final ReadyGate gate;

        Writer(ServerCallStreamObserver<Record> call, ReadyGate gate) {
            this.call = call;
            this.gate = gate;
        }

        @Override
        public void replayStarted(String epoch) {
            write(Record.newBuilder().setEpoch(epoch).setReplayStarted(ReplayStarted.getDefaultInstance()));
        }

        @Override
        public void transaction(Position position, Transaction transaction) {
            for (Put put : transaction.puts()) {
                write(LogRecords.at(position).setPut(LogRecords.message(put, seal.get())));
            }
            for (ResourceId id : transaction.deletes()) {
                write(LogRecords.at(position).setDelete(Delete.newBuilder().setId(LogRecords.message(id))));
            }
            write(LogRecords.at(position).setCommit(LogRecords.commit(transaction)));
        }

        @Override
        public void caughtUp(Position position) {
            write(LogRecords.at(position).setCaughtUp(CaughtUp.getDefaultInstance()));
        }

        private void write(Record.Builder entry) {
            try {
                if (gate.await()) {
                    call.onNext(entry.build());
                }
            } catch (InterruptedException e) {
                // The subscription was closed; its thread looks at that next.
                Thread.currentThread().interrupt();
            }
        }
    }
}
