package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.collection.Change;
import dev.gatehouse.seclang.collection.CollectionStore;
import dev.gatehouse.seclang.collection.Record;
import dev.gatehouse.seclang.collection.RecordName;
import dev.gatehouse.seclang.operator.Numbers;
import dev.gatehouse.seclang.variable.Variable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The persistent collections that one transaction has loaded. The transaction sees its own changes at once. Other
 * transactions see them after the end of a phase.
 */
final class PersistentCollections {
    private static final class Loaded {
        private final RecordName name;
        private final Record record;
        private final Map<String, Bytes> values;
        private final List<Change> changes = new ArrayList<>();

        Loaded(RecordName name, Record record) {
            this.name = name;
            this.record = record;
            this.values = new HashMap<>(record.values());
        }
    }

    private final CollectionStore store;
    private final InstantSource clock;
    private final String application;
    private final Duration timeout;
    /** A LinkedHashMap, since it is empty for most transactions, and an EnumMap would reserve room for every variable. */
    private final Map<Variable, Loaded> loaded = new LinkedHashMap<>();

    PersistentCollections(CollectionStore store, InstantSource clock, String application, Duration timeout) {
        this.store = store;
        this.clock = clock;
        this.application = application;
        this.timeout = timeout;
    }

    /** {@code initcol}: loads once, a second time does nothing, as in ModSecurity. */
    void load(Variable collection, Bytes key) {
        if (!loaded.containsKey(collection)) {
            boolean apart = collection == Variable.SESSION || collection == Variable.USER;
            RecordName name =
                    new RecordName(apart ? application : "", collection.name().toLowerCase(Locale.ROOT), key);
            loaded.put(collection, new Loaded(name, store.load(name)));
        }
    }

    /** The key that the collection was loaded with; empty if it is not loaded. */
    Optional<Bytes> key(Variable collection) {
        return Optional.ofNullable(loaded.get(collection)).map(found -> found.name.key());
    }

    /** Assigns a value. Ignored if the collection is not loaded. */
    void assign(Variable collection, String key, Effect.Assignment assignment, Bytes value) {
        Loaded target = loaded.get(collection);
        if (target == null) {
            return;
        }
        String name = key.toLowerCase(Locale.ROOT);
        switch (assignment) {
            case SET -> {
                target.values.put(name, value);
                target.changes.add(new Change.Set(name, value));
            }
            case ADD -> add(target, name, Numbers.parse(value));
            case SUBTRACT -> add(target, name, -Numbers.parse(value));
        }
    }

    private static void add(Loaded target, String name, long amount) {
        long before = Numbers.parse(target.values.getOrDefault(name, Bytes.EMPTY));
        target.values.put(name, Bytes.number(before + amount));
        target.changes.add(new Change.Add(name, amount));
    }

    void remove(Variable collection, String key) {
        Loaded target = loaded.get(collection);
        if (target != null) {
            String name = key.toLowerCase(Locale.ROOT);
            target.values.remove(name);
            target.changes.add(new Change.Remove(name));
        }
    }

    void expire(Variable collection, String key, long seconds) {
        Loaded target = loaded.get(collection);
        if (target != null) {
            target.changes.add(new Change.Expire(key.toLowerCase(Locale.ROOT), Duration.ofSeconds(seconds)));
        }
    }

    /** Decreases a value by the amount for each period since the record's last change, but not below 0. */
    void deprecate(Variable collection, String key, long amount, long seconds) {
        Loaded target = loaded.get(collection);
        if (target == null) {
            return;
        }
        String name = key.toLowerCase(Locale.ROOT);
        long value = Numbers.parse(target.values.getOrDefault(name, Bytes.EMPTY));
        long periods =
                Duration.between(target.record.updated(), clock.instant()).toSeconds() / seconds;
        long sinks = Math.min(value, Math.multiplyExact(Math.min(periods, 1_000_000), Math.min(amount, 1_000_000)));
        if (sinks > 0) {
            add(target, name, -sinks);
        }
    }

    /** The values, and ModSecurity's own fields about the record. */
    Fields fields(Variable collection) {
        Loaded target = loaded.get(collection);
        if (target == null) {
            return Fields.NONE;
        }
        Fields fields = new Fields();
        target.values.forEach((name, value) -> fields.add(Bytes.utf8(name), value));
        Record record = target.record;
        Instant now = clock.instant();
        fields.add(Bytes.latin1("KEY"), target.name.key());
        fields.add(Bytes.latin1("IS_NEW"), Bytes.number(record.updates() == 0 ? 1 : 0));
        fields.add(Bytes.latin1("CREATE_TIME"), Bytes.number(record.created().getEpochSecond()));
        fields.add(
                Bytes.latin1("LAST_UPDATE_TIME"), Bytes.number(record.updated().getEpochSecond()));
        fields.add(Bytes.latin1("UPDATE_COUNTER"), Bytes.number(record.updates()));
        long minutes = Math.max(1, Duration.between(record.created(), now).toMinutes());
        fields.add(Bytes.latin1("UPDATE_RATE"), Bytes.number(record.updates() / minutes));
        fields.add(Bytes.latin1("TIMEOUT"), Bytes.number(timeout.toSeconds()));
        return fields;
    }

    /** Writes the changes to the store. */
    void flush() {
        for (Loaded target : loaded.values()) {
            if (!target.changes.isEmpty()) {
                store.change(target.name, List.copyOf(target.changes), timeout);
                target.changes.clear();
            }
        }
    }
}
