package dev.gatehouse.controller.hook;

import com.google.protobuf.Message;
import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.extensionserver.Hook;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Secret;
import java.util.Optional;
import java.util.function.Function;

/** Calls extension servers. Thread-safe. */
public interface HookCalls {
    /** Calls for a translation without extension servers: there is no server to call. */
    HookCalls NOBODY = new HookCalls() {
        @Override
        public Message call(ExtensionServer server, Hook hook, Message request) throws HookFailure {
            throw new HookFailure(true, "nobody is asked");
        }

        @Override
        public void use(ExtensionServers servers, Function<ObjectReference, Optional<Secret>> secrets) {
            // Without servers no Secret is needed.
        }

        @Override
        public void onReconnect(Runnable listener) {
            // Without servers there is no reconnection.
        }
    };

    /**
     * Calls a server and waits for the answer, a few seconds at most with retries.
     *
     * @param request a message of the hook's request type
     * @return the answer, a message of the hook's response type
     */
    Message call(ExtensionServer server, Hook hook, Message request) throws HookFailure, InterruptedException;

    /** Sets the Secrets whose certificates are used for calls from now on; returns at once. */
    void use(ExtensionServers servers, Function<ObjectReference, Optional<Secret>> secrets);

    /** Calls {@code listener} when an unavailable server is available again. The server may answer differently than before. */
    void onReconnect(Runnable listener);
}
