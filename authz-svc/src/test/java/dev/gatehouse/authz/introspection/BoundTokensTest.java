package dev.gatehouse.authz.introspection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.authz.v1.BoundTokens;
import dev.gatehouse.api.authz.v1.ClientCertificates;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** JSON Web Tokens that the proxy has verified, and that are bound to a certificate (RFC 8705) or a key (RFC 9449). */
final class BoundTokensTest extends IntrospectionFixture {
    private static final String TOKEN = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln";
    private static final String HTTPS = "https://shop.example/orders";

    private final ProofMaker client = new ProofMaker(TOKEN, HTTPS);

    private static String certificate(String name) throws IOException {
        return URLEncoder.encode(
                        Files.readString(Path.of("../standalone/src/test/resources/clients", name + ".crt")),
                        StandardCharsets.US_ASCII)
                .replace("+", "%20");
    }

    private static String thumbprint(String name) throws Exception {
        String pem = Files.readString(Path.of("../standalone/src/test/resources/clients", name + ".crt"));
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(der));
    }

    private void required(BoundTokens.Required required) {
        push(AccessPolicy.newBuilder()
                .setBoundTokens(BoundTokens.newBuilder().setJwt(true).setRequired(required)));
    }

    private CheckResponse verified(Map<String, String> confirmation, String certificate, Map<String, String> headers) {
        Struct.Builder claims = Struct.newBuilder()
                .putFields("sub", Value.newBuilder().setStringValue("ann").build());
        if (!confirmation.isEmpty()) {
            Struct.Builder cnf = Struct.newBuilder();
            confirmation.forEach((name, value) ->
                    cnf.putFields(name, Value.newBuilder().setStringValue(value).build()));
            claims.putFields("cnf", Value.newBuilder().setStructValue(cnf).build());
        }
        return ask(
                Struct.newBuilder()
                        .putFields(
                                "login",
                                Value.newBuilder().setStructValue(claims).build())
                        .build(),
                "bound-tokens",
                certificate,
                headers);
    }

    private CheckResponse ask(Struct tokens, String part, String certificate, Map<String, String> headers) {
        return engine.check(CheckRequest.newBuilder()
                        .setAttributes(AttributeContext.newBuilder()
                                .setSource(AttributeContext.Peer.newBuilder().setCertificate(certificate))
                                .putContextExtensions("gatehouse.policy", "shop/api")
                                .putContextExtensions("gatehouse.part", part)
                                .setMetadataContext(
                                        Metadata.newBuilder().putFilterMetadata("envoy.filters.http.jwt_authn", tokens))
                                .setRequest(AttributeContext.Request.newBuilder()
                                        .setHttp(AttributeContext.HttpRequest.newBuilder()
                                                .setMethod("GET")
                                                .setHost("shop.example")
                                                .setPath("/orders")
                                                .putAllHeaders(headers))))
                        .build())
                .join();
    }

    private Map<String, String> proven() throws Exception {
        return Map.of("authorization", "DPoP " + TOKEN, "dpop", client.proof(Instant.now(), claims -> {}));
    }

    @Test
    void aStolenTokenIsWorthNothingWithoutTheCertificateThatItIsBoundTo() throws Exception {
        required(BoundTokens.Required.NOTHING);
        Map<String, String> bound = Map.of("x5t#S256", thumbprint("alice"));
        Map<String, String> bearer = Map.of("authorization", "Bearer " + TOKEN);
        assertThat(status(verified(bound, certificate("alice"), bearer))).isEqualTo(200);
        assertThat(status(verified(bound, certificate("mallory"), bearer))).isEqualTo(401);
        assertThat(status(verified(bound, "", bearer))).isEqualTo(401);
        assertThat(status(verified(Map.of("x5t", thumbprint("alice")), certificate("alice"), bearer)))
                .as("bound in a form that is not known")
                .isEqualTo(401);
        assertThat(status(verified(Map.of(), "", bearer)))
                .as("bound to nothing")
                .isEqualTo(200);
    }

    @Test
    void aTokenThatIsBoundToAKeyNeedsItsProofAndScheme() throws Exception {
        required(BoundTokens.Required.NOTHING);
        Map<String, String> bound = Map.of("jkt", client.key.computeThumbprint().toString());
        Map<String, String> request = proven();
        assertThat(status(verified(bound, "", request))).isEqualTo(200);
        assertThat(status(verified(bound, "", request))).as("once more").isEqualTo(401);
        assertThat(status(
                        verified(bound, "", Map.of("authorization", "Bearer " + TOKEN, "dpop", proven().get("dpop")))))
                .as("as a bearer token")
                .isEqualTo(401);
        assertThat(status(verified(bound, "", Map.of("authorization", "DPoP " + TOKEN))))
                .as("without a proof")
                .isEqualTo(401);
        assertThat(status(verified(Map.of("jkt", "another"), "", proven())))
                .as("another key")
                .isEqualTo(401);
        assertThat(status(verified(Map.of(), "", proven())))
                .as("bound to no key")
                .isEqualTo(401);
    }

    @Test
    void aSecondTokenBesideTheOneWithAProofIsRefused() throws Exception {
        required(BoundTokens.Required.NOTHING);
        Map<String, String> bound = Map.of("jkt", client.key.computeThumbprint().toString());
        for (String header :
                new String[] {"DPoP " + TOKEN + ",Bearer x.y.z", "Bearer x.y.z,DPoP " + TOKEN, "DPoP", "DPoP a b"}) {
            assertThat(status(verified(bound, "", Map.of("authorization", header, "dpop", proven().get("dpop")))))
                    .as(header)
                    .isEqualTo(401);
        }
    }

    @Test
    void tokensThatAreBoundToNothingAreRefusedWhereABindingIsRequired() throws Exception {
        required(BoundTokens.Required.ANY);
        Map<String, String> bearer = Map.of("authorization", "Bearer " + TOKEN);
        assertThat(status(verified(Map.of(), certificate("alice"), bearer))).isEqualTo(401);
        assertThat(status(verified(Map.of("x5t#S256", thumbprint("alice")), certificate("alice"), bearer)))
                .isEqualTo(200);
        required(BoundTokens.Required.KEY);
        assertThat(status(verified(Map.of("x5t#S256", thumbprint("alice")), certificate("alice"), bearer)))
                .isEqualTo(401);
    }

    @Test
    void theCertificateThatATrustedProxyHasSeenCountsAndNoClientsHeaderDoes() throws Exception {
        push(AccessPolicy.newBuilder()
                .setClientCertificates(ClientCertificates.newBuilder()
                        .setOptional(true)
                        .addTrustedProxies(ClientCertificates.Match.newBuilder().addDnsNames("example.test")))
                .setBoundTokens(BoundTokens.newBuilder().setJwt(true)));
        Map<String, String> bound = Map.of("x5t#S256", thumbprint("alice"));
        Map<String, String> headers = Map.of(
                "authorization", "Bearer " + TOKEN, "x-forwarded-client-cert", "Cert=\"" + certificate("alice") + "\"");
        assertThat(status(verified(bound, certificate("server"), headers))).isEqualTo(200);
        assertThat(status(verified(bound, certificate("mallory"), headers))).isEqualTo(401);
        assertThat(status(verified(bound, "", headers))).isEqualTo(401);
    }

    @Test
    void theAnswerLeavesWhatTheFirstCheckHasSaidAndAPartThatThePolicyHasNotIsClosed() throws Exception {
        required(BoundTokens.Required.NOTHING);
        CheckResponse passed = verified(Map.of(), "", Map.of());
        assertThat(passed.hasDynamicMetadata()).isFalse();
        assertThat(engine.decisions()).isEmpty();
        assertThat(status(ask(Struct.getDefaultInstance(), "", "", Map.of())))
                .as("nothing is asked for in front")
                .isEqualTo(503);
        push(AccessPolicy.newBuilder().addIntrospections(introspection()));
        assertThat(status(verified(Map.of(), "", Map.of()))).isEqualTo(503);
    }
}
