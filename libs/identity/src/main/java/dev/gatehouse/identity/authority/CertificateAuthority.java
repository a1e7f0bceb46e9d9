package dev.gatehouse.identity.authority;

import dev.gatehouse.identity.ProcessName;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs certificates (RFC 5280): ECDSA on P-256, serial numbers of 127 random bits. Thread-safe. */
public final class CertificateAuthority {
    // A clock that is behind ours by less than this accepts a new certificate.
    private static final Duration SKEW = Duration.ofMinutes(5);

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final SecureRandom random;

    private CertificateAuthority(X509Certificate certificate, PrivateKey key, SecureRandom random) {
        this.certificate = certificate;
        this.key = key;
        this.random = random;
    }

    /** An authority of its own: self-signed. */
    public static CertificateAuthority create(Instant now, Duration validity, SecureRandom random)
            throws GeneralSecurityException {
        KeyPair pair = newKey(random);
        X500Principal name = new X500Principal("CN=Gatehouse CA,O=Gatehouse");
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name,
                serial(random),
                Date.from(now.minus(SKEW)),
                Date.from(now.plus(validity)),
                name,
                pair.getPublic());
        try {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            extensions.createSubjectKeyIdentifier(pair.getPublic()));
        } catch (CertIOException e) {
            throw new GeneralSecurityException("the authority's certificate cannot be made", e);
        }
        return new CertificateAuthority(sign(builder, pair.getPrivate()), pair.getPrivate(), random);
    }

    /**
     * An authority that is there already.
     *
     * @param key PKCS#8, PKCS#1 or SEC 1
     * @throws GeneralSecurityException where the texts are not a certificate and a key, or the certificate may not sign others
     */
    public static CertificateAuthority ofPem(String certificate, String key, SecureRandom random)
            throws GeneralSecurityException {
        List<X509Certificate> chain = Pem.certificates(certificate);
        if (chain.isEmpty()) {
            throw new GeneralSecurityException("no certificate in PEM");
        }
        if (chain.getFirst().getBasicConstraints() < 0) {
            throw new GeneralSecurityException(
                    chain.getFirst().getSubjectX500Principal() + " is not the certificate of an authority");
        }
        return new CertificateAuthority(chain.getFirst(), Pem.privateKey(key), random);
    }

    /** The authority's certificate. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** The authority's certificate and key, to be kept. */
    public Issued keep() throws GeneralSecurityException {
        return Issued.of(certificate, key);
    }

    /**
     * Makes a key and a certificate for it, good for both ends of a connection.
     *
     * @param dnsNames by which clients reach the process
     */
    public Issued issue(ProcessName name, List<String> dnsNames, Instant now, Duration validity)
            throws GeneralSecurityException {
        KeyPair pair = newKey(random);
        Instant end = now.plus(validity);
        Date notAfter = certificate.getNotAfter().before(Date.from(end)) ? certificate.getNotAfter() : Date.from(end);
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                certificate,
                serial(random),
                Date.from(now.minus(SKEW)),
                notAfter,
                new X500Principal("O=Gatehouse"),
                pair.getPublic());
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(
                GeneralName.uniformResourceIdentifier, name.uri().toString()));
        dnsNames.forEach(dns -> names.add(new GeneralName(GeneralName.dNSName, dns)));
        try {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            builder.addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(names.toArray(GeneralName[]::new)))
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                        KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                    }))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(certificate));
        } catch (CertIOException e) {
            throw new GeneralSecurityException("the certificate of " + name + " cannot be made", e);
        }
        return Issued.of(sign(builder, key), pair.getPrivate());
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC", "ECDSA" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
        };
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("the authority's key cannot sign", e);
        }
    }

    private static KeyPair newKey(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private static BigInteger serial(SecureRandom random) {
        return new BigInteger(127, random).setBit(126);
    }
}
