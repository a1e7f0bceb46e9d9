package dev.gatehouse.events.kafka;

import com.google.protobuf.ByteString;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.Follower;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.testkit.KafkaBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Arguments: a folder that is made, the number of transactions, the number of resources that they write in turn. */
final class ConfigLogOnKafka {
    private static final int FLEETS = 10;
    private static final int RANDOM_BYTES = 500;
    private static final Duration QUIET = Duration.ofSeconds(20);

    /** A log whose transactions come as fast as its follower takes them. */
    private record Endless(long writes, int resources, CountDownLatch told) implements ConfigLog {
        @Override
        public Position append(Transaction transaction) {
            throw new UnsupportedOperationException("it writes itself");
        }

        @Override
        public Subscription follow(Optional<Position> after, Follower follower) {
            Thread thread = Thread.ofVirtual().start(() -> {
                follower.replayStarted("bench");
                follower.caughtUp(new Position("bench", 0));
                Random random = new Random(1);
                byte[] bytes = new byte[2 * RANDOM_BYTES];
                byte[] part = new byte[RANDOM_BYTES];
                for (long i = 1; i <= writes; i++) {
                    random.nextBytes(part);
                    System.arraycopy(part, 0, bytes, 0, RANDOM_BYTES);
                    String fleet = "bench/gateway-" + i % FLEETS;
                    ResourceId id = new ResourceId(fleet, "type.googleapis.com/bench", "resource-" + i % resources);
                    follower.transaction(
                            new Position("bench", i),
                            new Transaction(
                                    fleet,
                                    List.of(new Put(id, Long.toString(i), ByteString.copyFrom(bytes), false)),
                                    List.of(),
                                    Instant.EPOCH,
                                    false));
                }
                told.countDown();
            });
            return thread::interrupt;
        }
    }

    /** Counts what it is told. */
    private static final class Reader implements Follower {
        final AtomicLong resources = new AtomicLong();
        final AtomicLong position = new AtomicLong(-1);

        @Override
        public void replayStarted(String epoch) {
            resources.set(0);
        }

        @Override
        public void transaction(Position at, Transaction transaction) {
            resources.addAndGet(transaction.puts().size());
        }

        @Override
        public void caughtUp(Position at) {
            position.set(at.offset());
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        long writes = Long.parseLong(arguments[1]);
        int resources = Integer.parseInt(arguments[2]);
        try (KafkaBroker broker = new KafkaBroker(folder)) {
            KafkaLink link = new KafkaLink("config", Map.of("bootstrap.servers", broker.address()));
            CountDownLatch told = new CountDownLatch(1);
            long began = System.nanoTime();
            try (KafkaConfigLogWriter writer = KafkaConfigLogWriter.start(
                    new Endless(writes, resources, told), link, Optional::empty, () -> true)) {
                told.await();
                while (read(link).position.get() < writes) {
                    Thread.sleep(500);
                }
                double seconds = seconds(began);
                System.out.printf("written after %.0f s: %.0f transactions/s; on the disk %d MiB%n", seconds, writes / seconds, mib(folder));
                settle(folder);
                System.out.printf("compacted: on the disk %d MiB%n", mib(folder));
                for (int round = 0; round < 3; round++) {
                    began = System.nanoTime();
                    Reader reader = read(link);
                    System.out.printf("a follower that starts has all %d resources at position %d after %.2f s%n", reader.resources.get(), reader.position.get(), seconds(began));
                }
            }
        }
    }

    private static Reader read(KafkaLink link) throws InterruptedException {
        Reader reader = new Reader();
        try (KafkaConfigLogFollower follower = KafkaConfigLogFollower.start(link, Optional::empty, reader)) {
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
            while (reader.position.get() < 0) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("a follower was not told within five minutes");
                }
                Thread.sleep(5);
            }
        }
        return reader;
    }

    /** Waits until the broker's cleaner does nothing more for a while. */
    private static void settle(Path folder) throws IOException, InterruptedException {
        long last = bytes(folder);
        long since = System.nanoTime();
        while (System.nanoTime() - since < QUIET.toNanos()) {
            Thread.sleep(1_000);
            long now = bytes(folder);
            if (now != last) {
                last = now;
                since = System.nanoTime();
            }
        }
    }

    private static long mib(Path folder) throws IOException {
        return bytes(folder) >> 20;
    }

    private static long bytes(Path folder) throws IOException {
        long sum = 0;
        try (Stream<Path> files = Files.walk(folder.resolve("data/config-0"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".log")).toList()) {
                if (Files.exists(file)) {
                    sum += Files.size(file);
                }
            }
        }
        return sum;
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
