package dev.gatehouse.authz.certificate;

import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.request.Sender;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which certificate a request's client has shown: to this proxy, or to a trusted proxy in front of it. Certificates of connections are read once and kept, as
 * many as fit. Safe for any thread.
 */
public final class Certificates {
    private static final int KEPT = 1_000;

    private final List<Match> trustedProxies;
    private final Map<String, ClientCertificate> read = new LinkedHashMap<>(16, 0.75f, true);

    /** @param trustedProxies whose X-Forwarded-Client-Cert counts; empty: nobody's */
    public Certificates(List<Match> trustedProxies) {
        this.trustedProxies = List.copyOf(trustedProxies);
    }

    /** Empty: the client has shown none. */
    public Optional<ClientCertificate> shown(HttpRequest request) {
        Optional<ClientCertificate> connection = connection(request.sender());
        return connection.isPresent() && trustedProxies.stream().anyMatch(each -> each.matches(connection.get()))
                ? request.header("x-forwarded-client-cert")
                        .flatMap(ForwardedCertificates::parse)
                        .flatMap(forwarded -> forwarded.of(connection.get()))
                : connection;
    }

    private Optional<ClientCertificate> connection(Sender sender) {
        String written = sender.certificate();
        if (written.isEmpty()) {
            return Optional.empty();
        }
        synchronized (this) {
            ClientCertificate known = read.get(written);
            if (known != null) {
                return Optional.of(known);
            }
        }
        Optional<ClientCertificate> made = certificate(written);
        made.ifPresent(certificate -> keep(written, certificate));
        return made;
    }

    private synchronized void keep(String written, ClientCertificate certificate) {
        read.put(written, certificate);
        Iterator<String> oldest = read.keySet().iterator();
        while (read.size() > KEPT) {
            oldest.next();
            oldest.remove();
        }
    }

    /** @param written PEM with percent-encoding, as Envoy writes certificates */
    static Optional<ClientCertificate> certificate(String written) {
        return Sender.der(written).map(ClientCertificate::of);
    }
}
