package dev.gatehouse.grpcserver;

import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Warms up a service before it is ready. The JVM runs the first calls of a process many times slower than later ones,
 * so a cold service under load would answer no call in time. The warm-up calls go over a loopback connection to a
 * server of their own, through the same code as calls of proxies, until they no longer become faster.
 */
public final class WarmUp {
    private static final Logger LOG = System.getLogger(WarmUp.class.getName());

    /** The number of calls in a block. The times of blocks are compared. */
    private static final int BLOCK = 50;

    /** The least number of blocks. The JVM compiles a method after some hundred calls, so the times of earlier blocks are meaningless. */
    private static final int LEAST_BLOCKS = 6;

    /** A block that takes less than this part of the fastest before it shows that calls still become faster. */
    private static final double FASTER = 0.9;

    /** How many blocks in a row must not be faster. */
    private static final int STEADY_BLOCKS = 3;

    private final String name;
    private final Supplier<ServerServiceDefinition> service;
    private final Call call;
    private volatile boolean done;

    /** A call of a client, with its answer. */
    @FunctionalInterface
    public interface Call {
        /**
         * Calls the service, and waits for the answer.
         *
         * @param number 0, 1, 2 and so on: kinds of calls take turns
         */
        void make(Channel channel, int number) throws IOException, InterruptedException;
    }

    /**
     * @param name the service's name, for the log
     * @param service makes the service as proxies call it, with a configuration that the calls need, on the thread of
     * the warm-up; it must not count or log these calls
     */
    public WarmUp(String name, Supplier<ServerServiceDefinition> service, Call call) {
        this.name = name;
        this.service = service;
        this.call = call;
    }

    /** Whether it is over. */
    public boolean isDone() {
        return done;
    }

    /** Begins on a thread of its own. */
    public void start(Duration limit) {
        Thread.ofPlatform().daemon().name("warm-up").start(() -> run(limit));
    }

    /**
     * Runs the calls. A service that is still becoming faster at the limit is ready all the same, and so is one whose calls fail: a
     * slow service is better than none.
     */
    void run(Duration limit) {
        long begin = System.nanoTime();
        try {
            int calls = callUntilSteady(begin + limit.toNanos());
            LOG.log(Level.INFO, "{0} is warm after {1} calls and {2} ms", name, calls, millisSince(begin));
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "{0} could not be warmed up, and its first answers will be slow: {1}", name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            done = true;
        }
    }

    private static long millisSince(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin).toMillis();
    }

    private int callUntilSteady(long deadline) throws IOException, InterruptedException {
        Server server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), InsecureServerCredentials.create())
                .directExecutor()
                .addService(service.get())
                .build()
                .start();
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        InetAddress.getLoopbackAddress().getHostAddress(),
                        server.getPort(),
                        InsecureChannelCredentials.create())
                .build();
        try {
            return callUntilSteady(channel, deadline);
        } finally {
            channel.shutdownNow();
            server.shutdownNow();
        }
    }

    private int callUntilSteady(Channel channel, long deadline) throws IOException, InterruptedException {
        long fastest = Long.MAX_VALUE;
        int steady = 0;
        int calls = 0;
        for (int block = 1; steady < STEADY_BLOCKS || block <= LEAST_BLOCKS; block++) {
            long begin = System.nanoTime();
            for (int i = 0; i < BLOCK; i++) {
                call.make(channel, calls++);
                if (System.nanoTime() > deadline) {
                    LOG.log(Level.DEBUG, "{0} was still becoming faster", name);
                    return calls;
                }
            }
            long took = System.nanoTime() - begin;
            steady = took < fastest * FASTER ? 0 : steady + 1;
            fastest = Math.min(fastest, took);
        }
        return calls;
    }
}
