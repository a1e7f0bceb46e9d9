package dev.gatehouse.events;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Writes down what a follower is told, as short sentences. */
public final class Recorder implements Follower {
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @Override
    public void replayStarted(String epoch) {
        told.add("replay " + epoch);
    }

    @Override
    public void transaction(Position position, Transaction transaction) {
        StringBuilder text = new StringBuilder(position.offset() + " " + transaction.fleet());
        transaction.puts().stream()
                .map(put -> " +" + put.id().name() + "@" + put.version() + "="
                        + put.resource().toStringUtf8())
                .sorted()
                .forEach(text::append);
        transaction.deletes().forEach(id -> text.append(" -").append(id.name()));
        told.add(text + (transaction.fleetRemoved() ? " removed" : ""));
    }

    @Override
    public void caughtUp(Position position) {
        told.add("caught up " + position.offset());
    }

    /** Waits for the next sentence. */
    public String next() throws InterruptedException {
        return Objects.requireNonNull(told.poll(10, SECONDS), "nothing came within 10 s");
    }

    public List<String> next(int count) throws InterruptedException {
        List<String> sentences = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sentences.add(next());
        }
        return sentences;
    }

    public boolean isEmpty() {
        return told.isEmpty();
    }
}
