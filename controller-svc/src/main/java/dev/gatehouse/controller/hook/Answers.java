package dev.gatehouse.controller.hook;

import com.google.protobuf.Message;
import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.Hook;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.events.ResourceId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * A cache of extension servers' answers, by the content of their requests. For each resource it keeps only the answers
 * of the last round, so that the served resources bound its size. Not thread-safe.
 */
final class Answers {
    /** @param digest the request's digest */
    private record Key(String server, Hook hook, String digest) {}

    private final Map<ResourceId, Map<Key, Message>> kept = new HashMap<>();

    /** The answers used while one resource is made once. */
    final class Round {
        private final ResourceId resource;
        private final Map<Key, Message> before;
        private final Map<Key, Message> used = new HashMap<>();

        Round(ResourceId resource) {
            this.resource = resource;
            this.before = kept.getOrDefault(resource, Map.of());
        }

        Optional<Message> known(ExtensionServer server, Hook hook, Message request) {
            Key key = key(server, hook, request);
            Optional<Message> answer =
                    Optional.ofNullable(before.get(key)).or(() -> Optional.ofNullable(used.get(key)));
            answer.ifPresent(each -> used.put(key, each));
            return answer;
        }

        void learn(ExtensionServer server, Hook hook, Message request, Message answer) {
            used.put(key(server, hook, request), answer);
        }

        /** Ends the round: answers that the round did not use are dropped. */
        void end() {
            if (used.isEmpty()) {
                kept.remove(resource);
            } else {
                kept.put(resource, used);
            }
        }
    }

    void forget(ResourceId resource) {
        kept.remove(resource);
    }

    void forgetAll() {
        kept.clear();
    }

    int size() {
        return kept.values().stream().mapToInt(Map::size).sum();
    }

    private static Key key(ExtensionServer server, Hook hook, Message request) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(Protos.serialise(request).asReadOnlyByteBuffer());
            return new Key(server.name(), hook, HexFormat.of().formatHex(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
