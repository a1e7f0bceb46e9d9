package dev.gatehouse.controller.gateway;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads PEM text (RFC 7468) as users write it and rewrites it as Envoy accepts it. BoringSSL reads a marker only at the
 * beginning of a line, and refuses a whole file if a later block is broken. Published text is therefore rewritten from
 * its blocks.
 */
public final class PemText {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    private static final String BEGIN = "-----BEGIN ";
    private static final int LINE = 64;

    private PemText() {}

    /** One block: its label, such as CERTIFICATE, and the text between its markers. */
    private record Block(String label, String body) {
        /** @throws IllegalArgumentException if the body is not base64 */
        byte[] der() {
            return Base64.getDecoder().decode(body.replaceAll("\\s+", "").getBytes(StandardCharsets.US_ASCII));
        }

        String text() {
            return BEGIN + label + "-----" + body + "-----END " + label + "-----";
        }
    }

    private static List<Block> blocks(String pem) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(pem);
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }

    /**
     * Rewrites {@code pem} as its blocks only, each at the beginning of a line: byte order marks, indentation, carriage
     * returns and the text around blocks are removed. Text without a block is returned unchanged.
     */
    public static String canonical(String pem) {
        StringBuilder text = new StringBuilder();
        for (Block block : blocks(pem)) {
            text.append(BEGIN).append(block.label()).append("-----\n");
            String body = block.body();
            if (body.indexOf(':') >= 0) {
                // The headers of an encrypted key are kept, so that the block stays readable. No proxy can open such a
                // key.
                body.strip()
                        .lines()
                        .map(String::strip)
                        .forEach(line -> text.append(line).append('\n'));
            } else {
                String digits = body.replaceAll("\\s+", "");
                for (int i = 0; i < digits.length(); i += LINE) {
                    text.append(digits, i, Math.min(digits.length(), i + LINE)).append('\n');
                }
            }
            text.append("-----END ").append(block.label()).append("-----\n");
        }
        return text.isEmpty() ? pem : text.toString();
    }

    /** The certificates in {@code pem} that can be read, each as a block of its own, in their order. */
    static List<String> readable(String pem) {
        List<String> readable = new ArrayList<>();
        for (Block block : blocks(pem)) {
            try {
                if (block.label().equals("CERTIFICATE")) {
                    certificate(CertificateFactory.getInstance("X.509"), block);
                    readable.add(canonical(block.text()));
                }
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                // One certificate that Java cannot read does not make the bundle's other certificates invalid.
                continue;
            }
        }
        return readable;
    }

    /**
     * Reads the certificate revocation lists in {@code pem}.
     *
     * @throws GeneralSecurityException if {@code pem} has no revocation list, or a broken one
     */
    static void checkRevocations(String pem) throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        int lists = 0;
        for (Block block : blocks(pem)) {
            if (block.label().equals("X509 CRL")) {
                try {
                    factory.generateCRL(new ByteArrayInputStream(block.der()));
                } catch (IllegalArgumentException e) {
                    throw new GeneralSecurityException(e.getMessage(), e);
                }
                lists++;
            }
        }
        if (lists == 0) {
            throw new GeneralSecurityException("no BEGIN X509 CRL");
        }
    }

    private static X509Certificate certificate(CertificateFactory factory, Block block)
            throws GeneralSecurityException {
        ByteArrayInputStream bytes = new ByteArrayInputStream(block.der());
        X509Certificate certificate = (X509Certificate) factory.generateCertificate(bytes);
        if (bytes.available() > 0) {
            throw new GeneralSecurityException("it has " + bytes.available() + " bytes too many");
        }
        return certificate;
    }

    /**
     * The certificates in {@code pem}, in their order.
     *
     * @throws GeneralSecurityException if {@code pem} has no certificate, or a broken one, which the message names
     */
    static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        int begun = 0;
        for (int at = pem.indexOf(BEGIN + "CERTIFICATE"); at >= 0; at = pem.indexOf(BEGIN + "CERTIFICATE", at + 1)) {
            begun++;
        }
        for (Block block : blocks(pem)) {
            if (!block.label().equals("CERTIFICATE")) {
                continue;
            }
            int number = certificates.size() + 1;
            try {
                certificates.add(certificate(factory, block));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new GeneralSecurityException(
                        "certificate " + number + " of " + Math.max(begun, number) + " cannot be read: "
                                + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
            }
        }
        if (certificates.isEmpty() && begun == 0) {
            throw new GeneralSecurityException("no BEGIN CERTIFICATE");
        }
        if (certificates.size() < begun) {
            throw new GeneralSecurityException(
                    "certificate " + (certificates.size() + 1) + " of " + begun + " has no END CERTIFICATE");
        }
        return certificates;
    }
}
