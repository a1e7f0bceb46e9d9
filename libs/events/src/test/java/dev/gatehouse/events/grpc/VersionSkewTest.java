package dev.gatehouse.events.grpc;

import static dev.gatehouse.events.Changes.put;
import static dev.gatehouse.events.Changes.set;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.gatehouse.api.configlog.v1.CaughtUp;
import dev.gatehouse.api.configlog.v1.ConfigLogGrpc;
import dev.gatehouse.api.configlog.v1.FollowRequest;
import dev.gatehouse.api.configlog.v1.Record;
import dev.gatehouse.api.configlog.v1.ReplayStarted;
import dev.gatehouse.events.LogRecords;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Recorder;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A controller of a newer version sends what an older xds-svc does not know. */
class VersionSkewTest {
    private static final Position AT = new Position("e", 1);

    /** A field that no version has yet. */
    private static final UnknownFieldSet NEWER = UnknownFieldSet.newBuilder()
            .addField(
                    1000,
                    UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFromUtf8("of the future"))
                            .build())
            .build();

    @Test
    void recordsAndFieldsThatAreNotKnownArePassedOverAndTheRestIsServed() throws Exception {
        String name = InProcessServerBuilder.generateName();
        Recorder recorder = new Recorder();
        Server server = InProcessServerBuilder.forName(name)
                .addService(new Newer())
                .build()
                .start();
        ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
        try (var follower = GrpcConfigLogFollower.start(channel, "test", Optional::empty, recorder, new Random(1))) {
            assertThat(recorder.next(3)).containsExactly("replay e", "1 f +a@1=bytes of a", "caught up 1");
        } finally {
            channel.shutdownNow();
            server.shutdownNow();
        }
    }

    private static final class Newer extends ConfigLogGrpc.ConfigLogImplBase {
        @Override
        public void follow(FollowRequest request, StreamObserver<Record> responses) {
            responses.onNext(LogRecords.at(AT)
                    .setReplayStarted(ReplayStarted.newBuilder().setUnknownFields(NEWER))
                    .build());
            responses.onNext(Record.newBuilder()
                    .setEpoch("e")
                    .setOffset(1)
                    .setUnknownFields(NEWER)
                    .build());
            responses.onNext(LogRecords.at(AT)
                    .setPut(LogRecords.message(put("f", "a", 1, false), Optional.empty()).toBuilder()
                            .setUnknownFields(NEWER))
                    .build());
            responses.onNext(LogRecords.at(AT)
                    .setCommit(LogRecords.commit(set("f", "a", 1)).toBuilder().setUnknownFields(NEWER))
                    .build());
            responses.onNext(
                    LogRecords.at(AT).setCaughtUp(CaughtUp.getDefaultInstance()).build());
        }
    }
}
