package dev.gatehouse.controller.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.client.ClientCertificates.Outcome;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.SecretDiscovery;
import dev.gatehouse.gatewayapi.client.ClientValidation;
import dev.gatehouse.gatewayapi.client.ClientValidation.AltName;
import dev.gatehouse.gatewayapi.client.ClientValidation.AltNameType;
import dev.gatehouse.gatewayapi.client.ClientValidation.Mode;
import dev.gatehouse.gatewayapi.client.ClientValidation.RevocationLists;
import dev.gatehouse.gatewayapi.client.StringMatch;
import dev.gatehouse.identity.authority.CertificateAuthority;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClientCertificatesTest {
    private static final String BROKEN = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    private static final String CA = certificate();

    private final Map<String, Map<String, String>> objects = new HashMap<>();

    private final ClientCertificates.World world = new ClientCertificates.World() {
        @Override
        public Optional<Map<String, String>> texts(String kind, ObjectKey key) {
            return Optional.ofNullable(objects.get(kind + " " + key));
        }

        @Override
        public Optional<SecretDiscovery.Outcome> discovery(ObjectKey secret) {
            return secret.name().equals("server")
                    ? Optional.of(new SecretDiscovery.Outcome.Usable(new SecretDiscovery("/run/sds", "ROOTCA")))
                    : Optional.empty();
        }

        @Override
        public boolean permitted(ReferenceGrant.Origin from, String kind, ObjectKey to) {
            return to.namespace().equals("default") || to.namespace().equals("granted");
        }
    };

    @Test
    void certificatesOfAllReferencesAreTrustedOnceEach() {
        objects.put("ConfigMap default/ca", Map.of("ca.crt", CA));
        objects.put("Secret granted/ca", Map.of("only", CA + BROKEN));
        Outcome outcome = resolve(
                Mode.RequireAndVerify, reference("ConfigMap", "default", "ca"), reference("Secret", "granted", "ca"));
        assertThat(((Outcome.Usable) outcome)
                        .trust()
                        .orElseThrow()
                        .authorities()
                        .split("BEGIN CERTIFICATE", -1))
                .hasSize(2);
    }

    @Test
    void anSdsServerHasTheCasAlone() {
        Outcome alone = resolve(Mode.RequireAndVerify, reference("Secret", "default", "server"));
        assertThat(((Outcome.Usable) alone).trust().orElseThrow().server())
                .contains(new SecretDiscovery("/run/sds", "ROOTCA"));

        objects.put("ConfigMap default/ca", Map.of("ca.crt", CA));
        Outcome mixed = resolve(
                Mode.RequireAndVerify,
                reference("ConfigMap", "default", "ca"),
                reference("Secret", "default", "server"));
        assertThat(((Outcome.Unusable) mixed).problem()).contains("stands beside other CAs");
    }

    @Test
    void whatCannotBeUsedIsTold() {
        objects.put("Secret default/tls", Map.of("tls.crt", CA, "tls.key", ""));
        objects.put("Secret default/broken", Map.of("ca.crt", BROKEN));
        assertThat(problem(reference("Secret", "default", "missing"))).contains("Secret default/missing is not there");
        assertThat(problem(reference("Secret", "default", "tls")))
                .contains("has no key \"ca.crt\" (keys: [tls.crt, tls.key])");
        assertThat(problem(reference("Secret", "default", "broken"))).contains("has no certificate that can be read");
        assertThat(problem(reference("Secret", "elsewhere", "ca"))).contains("no ReferenceGrant there permits it");
        assertThat(problem(reference("Service", "default", "ca"))).contains("cannot hold certificates");
    }

    @Test
    void certificatesThatAreVerifiedNeedAnAuthority() {
        for (Mode mode : List.of(Mode.RequireAndVerify, Mode.VerifyIfGiven, Mode.RequireAny)) {
            assertThat(resolve(mode)).isInstanceOf(Outcome.Unusable.class);
        }
        assertThat(resolve(Mode.Request)).isEqualTo(new Outcome.Usable(Optional.empty(), List.of()));
    }

    @Test
    void namesNeedAnAuthorityWhateverTheMode() {
        ClientValidation validation = new ClientValidation(
                Mode.Request,
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of(new AltName(AltNameType.DNS, "", new StringMatch(StringMatch.Type.Exact, "a"))),
                Optional.empty(),
                false);
        assertThat(ClientCertificates.resolve("default", validation, world)).isInstanceOf(Outcome.Unusable.class);
    }

    @Test
    void aRevocationListThatCannotBeReadMakesThePolicyUnusable() {
        objects.put("Secret default/ca", Map.of("ca.crt", CA));
        ClientValidation validation = new ClientValidation(
                Mode.RequireAndVerify,
                false,
                List.of(reference("Secret", "default", "ca")),
                List.of(),
                List.of(),
                List.of(),
                Optional.of(new RevocationLists(List.of(reference("Secret", "default", "ca")), false)),
                false);
        assertThat(((Outcome.Unusable) ClientCertificates.resolve("default", validation, world)).problem())
                .startsWith("clientValidation.crl.refs[0]")
                .contains("no BEGIN X509 CRL");
    }

    private String problem(ObjectReference reference) {
        return ((Outcome.Unusable) resolve(Mode.RequireAndVerify, reference)).problem();
    }

    private Outcome resolve(Mode mode, ObjectReference... references) {
        return ClientCertificates.resolve(
                "default",
                new ClientValidation(
                        mode, false, List.of(references), List.of(), List.of(), List.of(), Optional.empty(), false),
                world);
    }

    private static String certificate() {
        try {
            return CertificateAuthority.create(Instant.EPOCH, Duration.ofDays(3650), new SecureRandom())
                    .keep()
                    .certificate();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("no certificate could be made", e);
        }
    }

    private static ObjectReference reference(String kind, String namespace, String name) {
        return new ObjectReference("", kind, Optional.of(namespace), name);
    }
}
