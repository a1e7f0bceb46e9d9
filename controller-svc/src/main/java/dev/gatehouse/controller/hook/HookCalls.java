package dev.gatehouse.controller.hook;

import com.google.protobuf.Message;
import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.extensionserver.Hook;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Secret;
import java.util.Optional;
import java.util.function.Function;

/** Asks extension servers. Thread-safe. */
public interface HookCalls {
    /** There is nobody to ask: for a translation without extension servers. */
    HookCalls NOBODY = new HookCalls() {
        @Override
        public Message call(ExtensionServer server, Hook hook, Message request) throws HookFailure {
            throw new HookFailure(true, "nobody is asked");
        }

        @Override
        public void use(ExtensionServers servers, Function<ObjectReference, Optional<Secret>> secrets) {
            // No server, no Secret.
        }

        @Override
        public void onReconnect(Runnable listener) {
            // Nobody connects.
        }
    };

    /**
     * Asks, and waits for the answer: within seconds, retries included.
     *
     * @param request of the hook's type
     * @return the answer, of the hook's type
     */
    Message call(ExtensionServer server, Hook hook, Message request) throws HookFailure, InterruptedException;

    /** Has the servers called with the certificates in these Secrets from now on; returns at once. */
    void use(ExtensionServers servers, Function<ObjectReference, Optional<Secret>> secrets);

    /** Calls {@code listener} when a server is there again that was away: it may answer otherwise than before. */
    void onReconnect(Runnable listener);
}
