package dev.gatehouse.controller.infrastructure;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates as tests of single fields need them: chains, names and ends of validity that an honest authority would not make. */
final class TestCertificates {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SERIAL_BITS = 100;
    private static final int RSA_BITS = 2048;

    /** How long ago each became valid. */
    private static final Duration AGE = Duration.ofHours(2);

    private static final Duration VALIDITY = Duration.ofDays(1);

    private TestCertificates() {}

    /**
     * Who has a certificate.
     *
     * @param chain the own one first, without the root
     */
    record Holder(PrivateKey key, List<X509Certificate> chain) {
        X509Certificate certificate() {
            return chain.getFirst();
        }

        String chainPem() {
            return chain.stream().map(each -> pem("CERTIFICATE", encoded(each))).collect(Collectors.joining());
        }

        String keyPem() {
            return pem("PRIVATE KEY", key.getEncoded());
        }
    }

    /** A root. */
    static Holder authority(String name) throws Exception {
        return issue(name, pair("EC"), Optional.empty(), true, Optional.empty(), VALIDITY);
    }

    /** One that another signs. */
    static Holder authority(String name, Holder issuer) throws Exception {
        return issue(name, pair("EC"), Optional.of(issuer), true, Optional.empty(), VALIDITY);
    }

    /** @param validity from now; below zero: it is over */
    static Holder client(String name, Holder issuer, GeneralNames names, Duration validity) throws Exception {
        return issue(name, pair("EC"), Optional.of(issuer), false, Optional.of(names), validity);
    }

    /** One for RSA that nobody but itself signs. */
    static Holder server(String name) throws Exception {
        return issue(
                name,
                pair("RSA"),
                Optional.empty(),
                false,
                Optional.of(new GeneralNames(new GeneralName(GeneralName.dNSName, name + ".test"))),
                VALIDITY);
    }

    /** The list, in PEM, of what {@code issuer} has revoked. */
    static String revoked(Holder issuer, Holder revoked) throws Exception {
        Instant now = Instant.now();
        JcaX509v2CRLBuilder list =
                new JcaX509v2CRLBuilder(issuer.certificate().getSubjectX500Principal(), Date.from(now.minus(AGE)));
        list.setNextUpdate(Date.from(now.plus(VALIDITY)));
        list.addCRLEntry(revoked.certificate().getSerialNumber(), Date.from(now.minus(AGE)), CRLReason.keyCompromise);
        return pem("X509 CRL", list.build(signer(issuer.key())).getEncoded());
    }

    private static KeyPair pair(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(algorithm.equals("RSA") ? RSA_BITS : 256, RANDOM);
        return generator.generateKeyPair();
    }

    private static Holder issue(
            String name,
            KeyPair pair,
            Optional<Holder> issuer,
            boolean authority,
            Optional<GeneralNames> names,
            Duration validity)
            throws Exception {
        Instant now = Instant.now();
        X500Principal subject = new X500Principal("CN=" + name);
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer.map(each -> each.certificate().getSubjectX500Principal()).orElse(subject),
                new BigInteger(SERIAL_BITS, RANDOM),
                Date.from(now.minus(AGE)),
                Date.from(now.plus(validity)),
                subject,
                pair.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        builder.addExtension(
                Extension.keyUsage,
                true,
                new KeyUsage(authority ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature));
        if (names.isPresent()) {
            builder.addExtension(Extension.subjectAlternativeName, false, names.get());
        }
        PrivateKey signing = issuer.map(Holder::key).orElse(pair.getPrivate());
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(new JcaX509CertificateConverter().getCertificate(builder.build(signer(signing))));
        issuer.filter(each -> !isRoot(each.certificate())).ifPresent(each -> chain.addAll(each.chain()));
        return new Holder(pair.getPrivate(), List.copyOf(chain));
    }

    private static boolean isRoot(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
        return new JcaContentSignerBuilder(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA")
                .build(key);
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + type
                + "-----\n";
    }
}
