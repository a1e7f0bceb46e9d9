package dev.gatehouse.authz.provider;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import dev.gatehouse.authz.token.Claims;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Proves to the provider which client calls: RFC 6749 section 2.3, RFC 7523 section 2.2 and RFC 8705 section 2. */
final class ClientProof {
    private static final String ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static final Duration LIFETIME = Duration.ofMinutes(1);
    private static final int ID_BYTES = 16;

    private final ProviderSettings settings;
    private final Optional<Signer> signer;
    private final RandomGenerator random;

    private record Signer(JWSSigner signer, JWSAlgorithm algorithm) {}

    /** @throws IllegalArgumentException where the private key is none that can be used */
    ClientProof(ProviderSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
        this.signer = settings.authentication() == ProviderSettings.Authentication.PRIVATE_KEY_JWT
                ? Optional.of(signer(settings.privateKey().text()))
                : Optional.empty();
    }

    /** Adds the proof to {@code form}; returns the headers of the call. */
    Map<String, String> add(Form form, Endpoints endpoints, Instant now) {
        Map<String, String> headers = new HashMap<>();
        switch (settings.authentication()) {
            case AUTOMATIC -> {
                if (endpoints.secretInForm()) {
                    secretPost(form);
                } else {
                    headers.put("authorization", basic());
                }
            }
            case SECRET_BASIC -> headers.put("authorization", basic());
            case SECRET_POST -> secretPost(form);
            case PRIVATE_KEY_JWT ->
                form.add("client_id", settings.clientId())
                        .add("client_assertion_type", ASSERTION)
                        .add("client_assertion", assertion(endpoints.token(), now));
            case TLS, NONE -> form.add("client_id", settings.clientId());
        }
        return headers;
    }

    private void secretPost(Form form) {
        form.add("client_id", settings.clientId())
                .add("client_secret", settings.clientSecret().text());
    }

    private String basic() {
        String pair = Form.encode(settings.clientId()).replace("%20", "+") + ":"
                + Form.encode(settings.clientSecret().text()).replace("%20", "+");
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
    }

    private String assertion(String audience, Instant now) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        Map<String, @Nullable Object> claims = new LinkedHashMap<>();
        claims.put("iss", settings.clientId());
        claims.put("sub", settings.clientId());
        claims.put("aud", audience);
        claims.put("jti", Base64.getUrlEncoder().withoutPadding().encodeToString(id));
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plus(LIFETIME).getEpochSecond());
        Signer with = signer.orElseThrow();
        JWSHeader.Builder header = new JWSHeader.Builder(with.algorithm()).type(JOSEObjectType.JWT);
        settings.keyId().ifPresent(header::keyID);
        JWSObject jws = new JWSObject(header.build(), new Payload(new Claims(claims).json()));
        try {
            jws.sign(with.signer());
        } catch (JOSEException e) {
            throw new IllegalStateException("the client's key does not sign", e);
        }
        return jws.serialize();
    }

    private static Signer signer(String pem) {
        byte[] key = der(pem);
        for (String kind : new String[] {"RSA", "EC"}) {
            try {
                PrivateKey read = KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(key));
                return switch (read) {
                    case RSAPrivateKey rsa -> new Signer(new RSASSASigner(rsa), JWSAlgorithm.RS256);
                    case ECPrivateKey ec -> {
                        ECDSASigner signer = new ECDSASigner(ec);
                        yield new Signer(
                                signer,
                                signer.supportedJWSAlgorithms().stream()
                                        .filter(algorithm -> !algorithm.equals(JWSAlgorithm.ES256K))
                                        .findFirst()
                                        .orElseThrow(() -> new IllegalArgumentException("a curve that is not known")));
                    }
                    default -> throw new IllegalArgumentException("neither RSA nor EC");
                };
            } catch (GeneralSecurityException | JOSEException e) {
                // The next kind of key may be it.
                continue;
            }
        }
        throw new IllegalArgumentException("no RSA or EC key that could be read");
    }

    private static byte[] der(String pem) {
        String body = pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "").replaceAll("\\s", "");
        return Base64.getDecoder().decode(body);
    }
}
