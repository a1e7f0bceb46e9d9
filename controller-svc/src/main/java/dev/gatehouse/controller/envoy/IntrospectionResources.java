package dev.gatehouse.controller.envoy;

import dev.gatehouse.api.authz.v1.Introspection;
import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.controller.backend.UriCluster;
import dev.gatehouse.controller.envoy.AccessResources.Credential;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.access.AccessPolicy;
import dev.gatehouse.gatewayapi.security.Jwt;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import dev.gatehouse.gatewayapi.security.SignOnAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes authz-svc's settings for the introspection of opaque tokens from an AccessPolicy. */
public final class IntrospectionResources {
    private static final String SECRET_KEY = "client-secret";

    private final SignOnResources.World world;
    private final List<String> problems;

    private IntrospectionResources(SignOnResources.World world, List<String> problems) {
        this.world = world;
        this.problems = problems;
    }

    /**
     * Why {@code policy} cannot be enforced.
     *
     * @param world resolves its references
     */
    public static Optional<String> problem(AccessPolicy policy, SignOnResources.World world) {
        List<String> problems = new ArrayList<>();
        compile(policy, world, problems);
        return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
    }

    /**
     * The token headers that sections of a SecurityPolicy read too. The two must not share a header: an API key would
     * be sent to the issuer of tokens.
     */
    public static List<String> shared(AccessPolicy policy, SecuritySettings settings) {
        Set<String> keys = settings.apiKeyAuth().stream()
                .flatMap(auth -> auth.extractFrom().stream())
                .flatMap(from -> from.headers().stream())
                .map(IntrospectionResources::lower)
                .collect(Collectors.toSet());
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < policy.introspections().size(); i++) {
            String place = "AccessPolicy spec.introspection[" + i + "].extractFrom: the header \"";
            for (Jwt.Extractor.Header source : policy.introspections().get(i).sources()) {
                String header = lower(source.name());
                boolean password = settings.basicAuth().isPresent() && header.equals("authorization");
                if (password || keys.contains(header)) {
                    problems.add(place + source.name() + "\" is read by the SecurityPolicy's "
                            + (password ? "basicAuth" : "apiKeyAuth") + ", too (expected: another header)");
                }
            }
        }
        return problems;
    }

    /** @param problems receives the reasons if it cannot be enforced */
    static List<Introspection> compile(AccessPolicy policy, SignOnResources.World world, List<String> problems) {
        IntrospectionResources resources = new IntrospectionResources(world, problems);
        return IntStream.range(0, policy.introspections().size())
                .mapToObj(i -> resources.compile(policy.introspections().get(i), "introspection[" + i + "]"))
                .toList();
    }

    private Introspection compile(dev.gatehouse.gatewayapi.access.Introspection spec, String field) {
        String place = "AccessPolicy spec." + field;
        boolean direct = spec.service().references().isEmpty();
        List<String> addresses = Stream.of(spec.issuer(), spec.endpoint())
                .flatMap(Optional::stream)
                .toList();
        OpenIdConnect.Connection.Builder connection =
                direct ? OpenIdConnect.Connection.newBuilder() : world.connection(field, spec.service(), problems);
        for (String address : addresses) {
            Optional<SignOnAddress> read = SignOnAddress.of(address);
            if (direct && read.isPresent()) {
                world.refusal(UriCluster.of(URI.create(address)).endpoint())
                        .ifPresent(reason -> problems.add(place + ": " + reason));
            }
            if (direct
                    && read.filter(each -> !each.secure() && !each.loopback()).isPresent()) {
                problems.add(place + ": \"" + address + "\": tokens would be sent there in plain text"
                        + " (expected: https, or backendRefs to a backend of your own)");
            }
        }
        boolean plain = spec.endpoint()
                .or(spec::issuer)
                .flatMap(SignOnAddress::of)
                .filter(each -> !each.secure())
                .isPresent();
        if (!direct && !connection.hasTls() && plain) {
            connection.setPlainText(true);
        }
        connection.setTimeout(Protos.duration(spec.timeout()));
        Introspection.Builder made = Introspection.newBuilder()
                .setName(spec.name())
                .setIssuer(spec.issuer().orElse(""))
                .setEndpoint(spec.endpoint().orElse(""))
                .setClientId(spec.clientId())
                .setClientSecret(secret(spec, field, place))
                .setSecretInForm(spec.clientAuthentication()
                        == dev.gatehouse.gatewayapi.access.Introspection.ClientAuthentication.Post)
                .setSignedAnswers(spec.signedAnswers())
                .setConnection(connection)
                .addAllAudiences(spec.audiences())
                .addAllRequiredScopes(spec.requiredScopes())
                .setCacheLifetime(Protos.duration(spec.cacheDuration()))
                .setInactiveCacheLifetime(Protos.duration(spec.inactiveCacheDuration()));
        spec.sources()
                .forEach(source -> made.addExtractFrom(Introspection.TokenSource.newBuilder()
                        .setHeader(lower(source.name()))
                        .setPrefix(source.valuePrefix())));
        spec.claimToHeaders()
                .forEach(claim -> made.addClaims(OpenIdConnect.Forwarding.ClaimHeader.newBuilder()
                        .setHeader(lower(claim.header()))
                        .setClaim(claim.claim())));
        return made.build();
    }

    private String secret(dev.gatehouse.gatewayapi.access.Introspection spec, String field, String place) {
        return switch (world.secret(field + ".clientSecret", spec.clientSecret())) {
            case Credential.Unusable unusable -> {
                problems.add(place + ".clientSecret: " + unusable.reason());
                yield "";
            }
            case Credential.Found found -> {
                String text = found.secret().text(SECRET_KEY).map(String::strip).orElse("");
                if (text.isEmpty()) {
                    problems.add(place + ".clientSecret: Secret \""
                            + spec.clientSecret().name() + "\" has no key \"" + SECRET_KEY + "\", or it is empty");
                }
                yield text;
            }
        };
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
