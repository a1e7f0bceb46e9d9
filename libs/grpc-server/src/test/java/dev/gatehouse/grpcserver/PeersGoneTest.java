package dev.gatehouse.grpcserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PeersGoneTest {
    private static final String NETTY = "io.grpc.netty.NettyServerHandler";

    private final Queue<Runnable> scheduled = new ArrayDeque<>();
    private final List<String> lines = new ArrayList<>();
    private final PeersGone filter = new PeersGone(this::later, (level, line) -> lines.add(level + " " + line));

    private void later(Duration delay, Runnable task) {
        assertThat(delay).isEqualTo(PeersGone.INTERVAL);
        scheduled.add(task);
    }

    private void intervalEnds() {
        List<Runnable> due = new ArrayList<>(scheduled);
        scheduled.clear();
        due.forEach(Runnable::run);
    }

    private static LogRecord record(String logger, @Nullable Throwable thrown) {
        LogRecord record = new LogRecord(Level.WARNING, "Stream Error");
        record.setLoggerName(logger);
        record.setThrown(thrown);
        return record;
    }

    private static Throwable closedStream(int id) {
        return Http2Exception.streamError(id, Http2Error.STREAM_CLOSED, "Received DATA frame for stream %d", id);
    }

    @Test
    void hundredsOfBrokenStreamsAreOneLineAndTheirNumber() {
        LogRecord first = record(NETTY, closedStream(1));
        assertThat(filter.isLoggable(first)).isTrue();
        assertThat(first.getThrown()).isNull();
        assertThat(first.getMessage()).isEqualTo("Stream Error: StreamException: Received DATA frame for stream 1");
        for (int i = 0; i < 529; i++) {
            assertThat(filter.isLoggable(record(NETTY, closedStream(2 * i + 3))))
                    .isFalse();
        }
        intervalEnds();
        assertThat(lines)
                .containsExactly("WARNING 529 more within 10 s: io.grpc.netty.NettyServerHandler: Stream Error:"
                        + " StreamException: Received DATA frame for stream #");
    }

    @Test
    void aKindThatGoesOnIsALineForEachIntervalAndAfterSilenceTheFirstIsLoggedAgain() {
        assertThat(filter.isLoggable(record(NETTY, closedStream(1)))).isTrue();
        assertThat(filter.isLoggable(record(NETTY, closedStream(3)))).isFalse();
        intervalEnds();
        assertThat(filter.isLoggable(record(NETTY, closedStream(5)))).isFalse();
        assertThat(filter.isLoggable(record(NETTY, closedStream(7)))).isFalse();
        intervalEnds();
        assertThat(lines).hasSize(2);
        assertThat(lines.getLast()).contains("2 more");
        intervalEnds();
        assertThat(lines).hasSize(2);
        assertThat(scheduled).isEmpty();
        assertThat(filter.isLoggable(record(NETTY, closedStream(9)))).isTrue();
    }

    static List<Throwable> peersThatWent() {
        return List.of(
                new IOException("Connection reset by peer"),
                new ClosedChannelException(),
                new IllegalStateException("wrapped", new IOException("Broken pipe")),
                Status.CANCELLED.asRuntimeException(),
                Status.UNAVAILABLE.asException(),
                Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "no preface"));
    }

    @ParameterizedTest
    @MethodSource("peersThatWent")
    void aPeerThatWentAwayHasNoStackTrace(Throwable thrown) {
        LogRecord record = record("io.vertx.core.net.impl.ConnectionBase", thrown);
        assertThat(filter.isLoggable(record)).isTrue();
        assertThat(record.getThrown()).isNull();
        assertThat(filter.isLoggable(record("io.vertx.core.net.impl.ConnectionBase", thrown)))
                .isFalse();
    }

    @Test
    void otherFailuresAndOtherLoggersPassAsTheyAre() {
        IllegalStateException bug = new IllegalStateException("a bug");
        for (int i = 0; i < 3; i++) {
            LogRecord ofLibrary = record(NETTY, bug);
            assertThat(filter.isLoggable(ofLibrary)).isTrue();
            assertThat(ofLibrary.getThrown()).isSameAs(bug);
            LogRecord ofOurs = record("dev.gatehouse.waf.Something", new IOException("disk full"));
            assertThat(filter.isLoggable(ofOurs)).isTrue();
            assertThat(ofOurs.getThrown()).isNotNull();
            assertThat(filter.isLoggable(record(NETTY, null))).isTrue();
        }
        assertThat(scheduled).isEmpty();
    }

    @Test
    void kindsAreBounded() {
        int logged = 0;
        for (int i = 0; i < 1_000; i++) {
            String message = "reset " + Integer.toString(i, 26).replaceAll("\\d", "z" + (char) ('a' + i % 26));
            if (filter.isLoggable(record("io.netty.X" + (char) ('a' + i % 26), new IOException(message)))) {
                logged++;
            }
        }
        assertThat(logged).isLessThanOrEqualTo(65);
        assertThat(scheduled).hasSizeLessThanOrEqualTo(65);
    }
}
