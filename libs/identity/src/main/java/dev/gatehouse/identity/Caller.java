package dev.gatehouse.identity;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Who calls: the name in the certificate of the connection. On a server without TLS - one process, or a mesh that
 * encrypts - nobody has a name, and everything is allowed.
 */
public final class Caller {
    private static final Context.Key<ProcessName> NAME = Context.key("gatehouse.caller");
    private static final int URI_NAME = 6;

    private Caller() {}

    /** The caller of the RPC under way; empty: the server does not use TLS. */
    public static Optional<ProcessName> current() {
        return Optional.ofNullable(NAME.get());
    }

    /** True if the caller of the RPC under way is that service, or the server does not use TLS. */
    public static boolean isService(String name) {
        return current().map(new ProcessName.Service(name)::equals).orElse(true);
    }

    /** Puts the caller's name in the context of each RPC, and refuses callers whose certificate has none of our names. */
    public static ServerInterceptor interceptor() {
        return new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
                if (session == null) {
                    return next.startCall(call, headers);
                }
                Optional<ProcessName> name = nameOf(session);
                if (name.isEmpty()) {
                    call.close(
                            Status.UNAUTHENTICATED.withDescription(
                                    "the client's certificate has no name of ours (expected: a URI spiffe://"
                                            + ProcessName.TRUST_DOMAIN + "/…)"),
                            new Metadata());
                    return new ServerCall.Listener<>() {};
                }
                return Contexts.interceptCall(Context.current().withValue(NAME, name.get()), call, headers, next);
            }
        };
    }

    private static Optional<ProcessName> nameOf(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain[0] instanceof X509Certificate certificate ? nameOf(certificate) : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    /** The name in a certificate; empty: it has none, or more than one. */
    public static Optional<ProcessName> nameOf(X509Certificate certificate) {
        try {
            java.util.Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            List<ProcessName> ours = names.stream()
                    .filter(name -> Integer.valueOf(URI_NAME).equals(name.getFirst()))
                    .flatMap(name -> ProcessName.parse(String.valueOf(name.get(1))).stream())
                    .toList();
            return ours.size() == 1 ? Optional.of(ours.getFirst()) : Optional.empty();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }
}
