package dev.gatehouse.controller.publish;

import com.google.protobuf.ByteString;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Transaction;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Publishes resources to the config log. A change makes one transaction for each affected fleet, with only the
 * resources whose bytes differ. Not thread-safe.
 */
public final class Publisher {
    private static final int VERSION_BYTES = 8;

    private final ConfigLog log;
    private final InstantSource clock;
    private final Map<String, Map<ResourceId, String>> versions = new HashMap<>();

    private final Set<String> standing;
    private boolean started;

    /** @param standing the fleets that exist even without resources: the callout services */
    public Publisher(ConfigLog log, Set<String> standing, InstantSource clock) {
        this.log = log;
        this.standing = Set.copyOf(standing);
        this.clock = clock;
    }

    /**
     * Publishes {@code changes}; an empty value removes the resource.
     *
     * @param trace the span of the publication, as {@code traceparent}; empty: no trace
     * @return the position of each fleet's transaction
     */
    public Map<String, Position> publish(Map<ResourceId, Optional<Output>> changes, String trace) {
        Map<String, List<Put>> puts = new TreeMap<>();
        Map<String, List<ResourceId>> deletes = new TreeMap<>();
        if (!started) {
            standing.forEach(fleet -> list(puts, fleet));
        }
        changes.forEach((id, output) -> {
            Map<ResourceId, String> known = versions.computeIfAbsent(id.fleet(), _ -> new HashMap<>());
            puts.computeIfAbsent(id.fleet(), _ -> new ArrayList<>());
            deletes.computeIfAbsent(id.fleet(), _ -> new ArrayList<>());
            if (output.isEmpty()) {
                if (known.remove(id) != null) {
                    list(deletes, id.fleet()).add(id);
                }
                return;
            }
            ByteString bytes = Protos.serialise(output.get().message());
            String version = version(bytes);
            if (!version.equals(known.put(id, version))) {
                list(puts, id.fleet())
                        .add(new Put(id, version, bytes, output.get().secret()));
            }
        });
        Map<String, Position> positions = new HashMap<>();
        for (String fleet : puts.keySet()) {
            List<Put> put = list(puts, fleet);
            List<ResourceId> deleted = list(deletes, fleet);
            boolean first = !started && standing.contains(fleet);
            if (put.isEmpty() && deleted.isEmpty() && !first) {
                continue;
            }
            Map<ResourceId, String> known = versions.getOrDefault(fleet, Map.of());
            boolean removed = known.isEmpty() && !standing.contains(fleet);
            if (removed) {
                versions.remove(fleet);
            }
            positions.put(fleet, log.append(new Transaction(fleet, put, deleted, clock.instant(), removed, trace)));
        }
        started = true;
        return positions;
    }

    private static <T> List<T> list(Map<String, List<T>> lists, String fleet) {
        return lists.computeIfAbsent(fleet, _ -> new ArrayList<>());
    }

    /** The version of a resource: a hash of its bytes. */
    public static String version(ByteString bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes.asReadOnlyByteBuffer());
            return HexFormat.of().formatHex(digest.digest(), 0, VERSION_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-256", e);
        }
    }
}
