package dev.gatehouse.controller.envoy;

import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.SecretDiscovery;
import java.util.Locale;
import java.util.Optional;

/** The name of a certificate or of CAs in TLS settings. */
public sealed interface SecretName {
    /** The name of the SDS resource. */
    String resource();

    /** The CAs that the proxy's system trusts. */
    record System() implements SecretName {
        @Override
        public String resource() {
            return SecretResources.SYSTEM;
        }
    }

    /** The certificate in a Secret. */
    record Certificate(ObjectKey secret) implements SecretName {
        @Override
        public String resource() {
            return "certificate/" + secret;
        }
    }

    /** The CAs that a BackendTLSPolicy or Backend refers to. */
    record Authorities(ObjectRef owner) implements SecretName {
        @Override
        public String resource() {
            return "ca/" + owner.kind().toLowerCase(Locale.ROOT) + "/" + owner.key();
        }
    }

    /** The CAs that sign the certificates of a port's clients. */
    record Frontend(ObjectKey gateway, int port) implements SecretName {
        @Override
        public String resource() {
            return "ca/gateway/" + gateway + "/" + port;
        }
    }

    /** The CAs and revocation lists with which a ClientTrafficPolicy verifies client certificates. */
    record Clients(ObjectKey policy) implements SecretName {
        @Override
        public String resource() {
            return "ca/clienttrafficpolicy/" + policy;
        }
    }

    /** Tells which secrets come from an SDS server beside the proxy. xds-svc serves all other secrets. */
    @FunctionalInterface
    interface Sources {
        /** No secret comes from an SDS server beside the proxy. */
        Sources NONE = _ -> Optional.empty();

        Optional<SecretDiscovery> of(SecretName name);
    }
}
