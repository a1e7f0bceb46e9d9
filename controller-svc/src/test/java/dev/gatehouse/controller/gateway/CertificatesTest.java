package dev.gatehouse.controller.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Bytes;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.identity.authority.Pem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With keys that the JDK's keytool makes. */
class CertificatesTest {
    private record Pair(String certificate, String key) {}

    /** On secp256k1, which keytool does not have. */
    private static final String OTHER_CURVE = """
            -----BEGIN CERTIFICATE-----
            MIIBdDCCARqgAwIBAgIUXf8amZNpp+PPQlepGEABHo7SvFMwCgYIKoZIzj0EAwIw
            EDEOMAwGA1UEAwwFb3RoZXIwIBcNMjYxMTI5MTY0NjU4WhgPMjEyNjExMDUxNjQ2
            NThaMBAxDjAMBgNVBAMMBW90aGVyMFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEnjyn
            DDsSnVnMD8gPt1mqzqk3GrQWaYbzaqMERebFymojhWP0oxFvMDKeGcBcEuXgpecf
            tvCFbNcMap0D2i9EsqNTMFEwHQYDVR0OBBYEFHZoyjnnK25sRARORGZZzo18D9Bw
            MB8GA1UdIwQYMBaAFHZoyjnnK25sRARORGZZzo18D9BwMA8GA1UdEwEB/wQFMAMB
            Af8wCgYIKoZIzj0EAwIDSAAwRQIgMgqA4GL5cqAubvbuvXMXpKGPVLOQ3s3tEVQc
            9tKlJ7ECIQDpT1xlC9/Tb1adqwaPic/H0Rb5nNv7DmYjG1NsMW/4uw==
            -----END CERTIFICATE-----
            """;

    private static Pair rsa = new Pair("", "");
    private static Pair ec = new Pair("", "");
    private static Pair ed25519 = new Pair("", "");

    @BeforeAll
    static void makeKeys(@TempDir Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        rsa = make(folder, "rsa", List.of("-keyalg", "RSA", "-keysize", "2048"));
        ec = make(folder, "ec", List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        ed25519 = make(folder, "ed", List.of("-keyalg", "Ed25519"));
    }

    @Test
    void aCertificateWithItsKeyIsGood() {
        for (Pair pair : List.of(rsa, ec, ed25519)) {
            assertThat(Certificates.problem(secret(pair.certificate, pair.key))).isEmpty();
        }
    }

    @Test
    void aKeyThatEnvoyDoesNotLoadIsTold(@TempDir Path folder) throws Exception {
        Pair small = make(folder, "small", List.of("-keyalg", "RSA", "-keysize", "1024"));
        assertThat(Certificates.problem(secret(small.certificate, small.key)))
                .contains("\"tls.crt\" has an RSA key of 1024 bits (expected: at least 2048)");
        Pair pss = make(folder, "pss", List.of("-keyalg", "RSASSA-PSS", "-keysize", "2048"));
        assertThat(Certificates.problem(secret(pss.certificate, pss.key)))
                .contains("\"tls.crt\" has a key for RSASSA-PSS (expected: RSA, EC or Ed25519)");
        Pair ed448 = make(folder, "ed448", List.of("-keyalg", "Ed448"));
        assertThat(Certificates.problem(secret(ed448.certificate, ed448.key)))
                .contains("\"tls.crt\" has a key for EdDSA (expected: RSA, EC or Ed25519)");
        assertThat(Certificates.problem(secret(OTHER_CURVE, ec.key)))
                .contains("\"tls.crt\" has an EC key of another curve (expected: P-256, P-384 or P-521)");
    }

    @Test
    void theFirstCertificateOfAChainIsTheOneThatCounts() {
        assertThat(Certificates.problem(secret("# leaf\n" + rsa.certificate + ec.certificate, rsa.key)))
                .isEmpty();
        assertThat(Certificates.problem(secret(ec.certificate + rsa.certificate, rsa.key)))
                .isPresent();
    }

    @Test
    void theKeyOfAnotherCertificateIsTold() throws Exception {
        assertThat(Certificates.problem(secret(rsa.certificate, ec.key)))
                .hasValueSatisfying(problem -> assertThat(problem).startsWith("\"tls.key\" is not "));
        assertThat(Certificates.problem(secret(ec.certificate, ed25519.key)))
                .hasValueSatisfying(problem -> assertThat(problem).startsWith("\"tls.key\" is not "));
    }

    @Test
    void anotherKeyOfTheSameAlgorithmIsTold(@TempDir Path folder) throws Exception {
        Pair other = make(folder, "other", List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        assertThat(Certificates.problem(secret(ec.certificate, other.key)))
                .contains("\"tls.key\" is not the key of the certificate in \"tls.crt\"");
        Pair otherCurve = make(folder, "curve", List.of("-keyalg", "EC", "-groupname", "secp384r1"));
        assertThat(Certificates.problem(secret(ec.certificate, otherCurve.key))).isPresent();
    }

    @Test
    void whatOnlyLooksLikeAKeyIsTold() {
        for (String content : List.of("?", "AAAA", "MAA=", "MIGH", "hello world")) {
            for (String label : List.of("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY")) {
                String key = "-----BEGIN " + label + "-----\n" + content + "\n-----END " + label + "-----\n";
                assertThat(Certificates.problem(secret(rsa.certificate, key)))
                        .as(key)
                        .hasValueSatisfying(
                                problem -> assertThat(problem).startsWith("\"tls.key\" is not a private key: "));
            }
        }
    }

    @Test
    void keysInTheirTraditionalFormsAreHeldAgainstTheCertificateToo() throws Exception {
        String pkcs1 = traditional("RSA PRIVATE KEY", info(rsa.key).parsePrivateKey());
        PrivateKeyInfo point = info(ec.key);
        String sec1 = traditional(
                "EC PRIVATE KEY",
                new ECPrivateKey(
                        256,
                        ECPrivateKey.getInstance(point.parsePrivateKey()).getKey(),
                        point.getPrivateKeyAlgorithm().getParameters()));
        assertThat(pkcs1).contains("BEGIN RSA PRIVATE KEY");
        assertThat(sec1).contains("BEGIN EC PRIVATE KEY");
        assertThat(Certificates.problem(secret(rsa.certificate, pkcs1))).isEmpty();
        assertThat(Certificates.problem(secret(ec.certificate, sec1))).isEmpty();
        assertThat(Certificates.problem(secret(ec.certificate, pkcs1))).isPresent();
        assertThat(Certificates.problem(secret(rsa.certificate, sec1))).isPresent();
    }

    private static PrivateKeyInfo info(String pkcs8) throws GeneralSecurityException {
        return PrivateKeyInfo.getInstance(Pem.privateKey(pkcs8).getEncoded());
    }

    private static String traditional(String label, ASN1Encodable key) throws IOException {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(key.toASN1Primitive().getEncoded())
                + "\n-----END " + label + "-----\n";
    }

    @Test
    void whatIsMissingIsToldWithTheKeysThatAreThere() {
        assertThat(Certificates.problem(new Secret("Opaque", Map.of("cert", bytes("x")))))
                .contains("has no key \"tls.crt\" (keys: [cert])");
        assertThat(Certificates.problem(new Secret("Opaque", Map.of("tls.crt", bytes("x")))))
                .contains("has no key \"tls.key\" (keys: [tls.crt])");
    }

    @Test
    void whatIsNotPemIsTold() {
        assertThat(Certificates.problem(secret("hello", rsa.key)))
                .contains("\"tls.crt\" is not a PEM certificate: no BEGIN CERTIFICATE");
        assertThat(Certificates.problem(
                        secret("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", rsa.key)))
                .hasValueSatisfying(
                        problem -> assertThat(problem).startsWith("\"tls.crt\" is not a PEM certificate: "));
        assertThat(Certificates.problem(secret(rsa.certificate, "hello")))
                .contains(
                        "\"tls.key\" is not a private key: no private key without password (expected: PKCS#8, PKCS#1 or"
                                + " SEC 1)");
        assertThat(Certificates.problem(
                        secret(rsa.certificate, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")))
                .hasValueSatisfying(problem -> assertThat(problem).startsWith("\"tls.key\" is not a private key: "));
        assertThat(Certificates.problem(
                        secret(rsa.certificate, rsa.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"))))
                .hasValueSatisfying(problem -> assertThat(problem).startsWith("\"tls.key\" is not a private key: "));
    }

    @Test
    void noMessageShowsTheKey() {
        String body = rsa.key.lines().skip(1).findFirst().orElseThrow();
        assertThat(Certificates.problem(secret(ec.certificate, rsa.key)).orElseThrow())
                .doesNotContain(body);
    }

    @Test
    void aBundleHoldsAtLeastOneCertificate() {
        assertThat(Certificates.problemWithBundle(rsa.certificate + ec.certificate))
                .isEmpty();
        assertThat(Certificates.problemWithBundle("")).isPresent();
        assertThat(Certificates.problemWithBundle("hello")).isPresent();
        assertThat(Certificates.problemWithBundle(rsa.certificate.replaceFirst("MII", "!!!")))
                .isPresent();
    }

    private static Secret secret(String certificate, String key) {
        return new Secret("kubernetes.io/tls", Map.of("tls.crt", bytes(certificate), "tls.key", bytes(key)));
    }

    private static Bytes bytes(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Pair make(Path folder, String name, List<String> algorithm)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path store = folder.resolve(name + ".p12");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                "CN=" + name + ".example",
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit"));
        command.addAll(algorithm);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
        assertThat(process.waitFor()).as(() -> "keytool in " + folder).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        return new Pair(
                pem(
                        "CERTIFICATE",
                        Objects.requireNonNull(keys.getCertificate(name)).getEncoded()),
                pem(
                        "PRIVATE KEY",
                        Objects.requireNonNull(keys.getKey(name, "changeit".toCharArray()))
                                .getEncoded()));
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n";
    }
}
