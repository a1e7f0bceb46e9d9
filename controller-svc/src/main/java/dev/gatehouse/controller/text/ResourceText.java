package dev.gatehouse.controller.text;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.gatehouse.controller.proto.PackedTypes;
import dev.gatehouse.envoyapi.EnvoyTypes;
import dev.gatehouse.envoyapi.Redaction;
import dev.gatehouse.envoyapi.TypeUrls;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Formats resources as text, with packed messages unpacked and without private keys and secrets ({@link Redaction}). Not thread-safe. */
public final class ResourceText {
    /** The short names of the types, as the command line has them. */
    private static final Map<String, String> TYPES = Map.of(
            TypeUrls.LISTENER, "listener",
            TypeUrls.ROUTES, "route",
            TypeUrls.VIRTUAL_HOST, "virtualhost",
            TypeUrls.CLUSTER, "cluster",
            TypeUrls.ENDPOINTS, "endpoint",
            TypeUrls.SECRET, "secret",
            TypeUrls.RATE_LIMIT, "ratelimit",
            TypeUrls.WAF, "waf",
            TypeUrls.ACCESS, "access");

    /**
     * The packed types found so far. They are collected on demand, since building the descriptors of all types takes
     * longer than formatting most texts.
     */
    private final Set<Descriptor> met = new HashSet<>();

    private JsonFormat.Printer printer = JsonFormat.printer();

    /** The short name of a type URL: "listener". */
    public static String typeName(String typeUrl) {
        return TYPES.getOrDefault(typeUrl, typeUrl);
    }

    /** The short names of all types. */
    public static List<String> typeNames() {
        return TYPES.values().stream().sorted().toList();
    }

    /** The type URL with that short name. */
    public static Optional<String> typeUrl(String name) {
        return TYPES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The resource in protobuf's JSON form. */
    public String json(Message resource) {
        Message shown = Redaction.of(resource);
        try {
            return printer.print(shown);
        } catch (InvalidProtocolBufferException first) {
            meet(shown);
        }
        try {
            return printer.print(shown);
        } catch (InvalidProtocolBufferException unknown) {
            // A patch may have packed a type that no other resource packs.
            try {
                return JsonFormat.printer()
                        .usingTypeRegistry(EnvoyTypes.registry())
                        .print(shown);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("a packed type is not registered: " + e.getMessage(), e);
            }
        }
    }

    private void meet(Message message) {
        if (collect(message)) {
            printer = JsonFormat.printer()
                    .usingTypeRegistry(TypeRegistry.newBuilder().add(met).build());
        }
    }

    /** Collects the types that are packed in {@code message}; returns true if some are new. */
    private boolean collect(Message message) {
        if (message instanceof Any any) {
            Optional<Message> type =
                    PackedTypes.find(any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('/') + 1));
            if (type.isEmpty()) {
                return false;
            }
            boolean added = met.add(type.get().getDescriptorForType());
            try {
                return collect(type.get().getParserForType().parseFrom(any.getValue())) || added;
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(
                        "a message that was packed here cannot be read: " + any.getTypeUrl(), e);
            }
        }
        boolean added = false;
        for (Object value : message.getAllFields().values()) {
            for (Object each : value instanceof List<?> list ? list : List.of(value)) {
                added |= each instanceof Message inner && collect(inner);
            }
        }
        return added;
    }
}
