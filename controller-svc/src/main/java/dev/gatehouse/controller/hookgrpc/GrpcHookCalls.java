package dev.gatehouse.controller.hookgrpc;

import com.google.protobuf.Message;
import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.extensionserver.Hook;
import dev.gatehouse.controller.hook.HookCalls;
import dev.gatehouse.controller.hook.HookFailure;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Secret;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Calls extension servers by gRPC. Each server has a channel, which is replaced when the server's certificates change. Thread-safe. */
public final class GrpcHookCalls implements HookCalls, AutoCloseable {
    private final Duration deadline;
    private final Map<String, ServerChannel> channels = new HashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** @param deadline the time limit of a call, retries included */
    public GrpcHookCalls(Duration deadline) {
        this.deadline = deadline;
    }

    @Override
    public void use(ExtensionServers servers, Function<ObjectReference, Optional<Secret>> secrets) {
        for (ExtensionServer server : servers.servers()) {
            Map<ObjectReference, Optional<Secret>> present = new HashMap<>();
            server.service().tls().ifPresent(tls -> tls.secrets().forEach(ref -> present.put(ref, secrets.apply(ref))));
            ServerChannel before;
            boolean changed;
            synchronized (channels) {
                before = channels.get(server.name());
                changed = before == null || !before.secrets().equals(present);
                if (changed) {
                    channels.put(
                            server.name(), new ServerChannel(server, present, () -> listeners.forEach(Runnable::run)));
                }
            }
            if (changed && before != null) {
                before.close();
                // Calls that failed without a certificate may succeed now.
                listeners.forEach(Runnable::run);
            }
        }
    }

    @Override
    public void onReconnect(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public Message call(ExtensionServer server, Hook hook, Message request) throws HookFailure, InterruptedException {
        ServerChannel channel;
        synchronized (channels) {
            channel = channels.get(server.name());
        }
        if (channel == null) {
            throw new HookFailure(true, "is not connected yet");
        }
        return channel.call(hook, request, deadline);
    }

    @Override
    public void close() {
        synchronized (channels) {
            channels.values().forEach(ServerChannel::close);
            channels.clear();
        }
    }
}
