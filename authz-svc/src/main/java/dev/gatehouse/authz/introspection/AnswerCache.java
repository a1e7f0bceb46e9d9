package dev.gatehouse.authz.introspection;

import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Answers about tokens, each until its time. Bounded in number and in size: the ones that were not used for longest go first. For one thread at a time. */
final class AnswerCache {
    private final int most;
    private final long mostSize;
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long size;

    private record Entry(Known known, int size, Instant until) {}

    /** @param mostSize of all answers, in the unit of {@link #put} */
    AnswerCache(int most, long mostSize) {
        this.most = most;
        this.mostSize = mostSize;
    }

    Optional<Known> find(String key, Instant now) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        if (entry.until().isAfter(now)) {
            return Optional.of(entry.known());
        }
        entries.remove(key);
        size -= entry.size();
        return Optional.empty();
    }

    void put(String key, Known known, int answerSize, Instant until, Instant now) {
        if (!until.isAfter(now) || answerSize > mostSize) {
            return;
        }
        Entry before = entries.put(key, new Entry(known, answerSize, until));
        size += answerSize - (before == null ? 0 : before.size());
        Iterator<Entry> oldest = entries.values().iterator();
        while (entries.size() > most || size > mostSize) {
            size -= oldest.next().size();
            oldest.remove();
        }
    }
}
