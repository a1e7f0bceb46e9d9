package dev.gatehouse.standalone.signon;

import dev.gatehouse.standalone.signon.SignOnObjects.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options for the parts of policies that a sign-on proxy's configuration lacks. */
final class ImportOptions {
    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            defaultValue = "default",
            description = "The namespace of the objects (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String namespace;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "sign-on",
            description = "What the objects are called (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(
            names = "--target",
            paramLabel = "[CHAIN=]KIND/NAME[/SECTION]",
            description =
                    "What users sign on for: a Gateway or HTTPRoute of yours, or a listener or rule of one. May be repeated; with"
                            + " CHAIN= for one chain of authservice.")
    private List<String> targets = new ArrayList<>();

    @Option(names = "--gateway", paramLabel = "NAME", description = "The Gateway that routes are made for.")
    private @Nullable String gateway;

    @Option(
            names = "--issuer",
            paramLabel = "URL",
            description = "The provider's issuer, where the configuration names its endpoints alone.")
    private @Nullable String issuer;

    @Option(
            names = "--jwks-uri",
            paramLabel = "URL",
            description =
                    "Where the provider's keys are, for tokens of clients, where the configuration does not say it.")
    private @Nullable String jwksUri;

    @Option(
            names = "--allow-gaps",
            description =
                    "Write the policies though something has no counterpart, so that who is let in is not the same. The report"
                            + " names it.")
    private boolean allowGaps;

    String namespace() {
        return namespace;
    }

    String name() {
        return name;
    }

    Optional<String> gateway() {
        return Optional.ofNullable(gateway);
    }

    Optional<String> issuer() {
        return Optional.ofNullable(issuer);
    }

    Optional<String> jwksUri() {
        return Optional.ofNullable(jwksUri);
    }

    boolean allowGaps() {
        return allowGaps;
    }

    /** Refuses a target that is not as it has to be. */
    void checkTargets(CommandLine command) {
        targets.stream()
                .filter(each -> !each.matches("([^=]+=)?[A-Za-z]+/[a-z0-9][-a-z0-9.]*(/[a-z0-9][-a-z0-9.]*)?"))
                .findFirst()
                .ifPresent(target -> {
                    throw new ParameterException(
                            command,
                            "\"" + target
                                    + "\" is no target (expected: HTTPRoute/NAME, Gateway/NAME, or with /SECTION).");
                });
    }

    /** Targets without a chain's name. */
    List<Map<String, Object>> targets() {
        return targets.stream()
                .filter(each -> !each.contains("="))
                .map(ImportOptions::target)
                .toList();
    }

    /** Targets of a chain. */
    List<Map<String, Object>> targets(String chain) {
        return targets.stream()
                .filter(each -> each.startsWith(chain + "="))
                .map(each -> target(each.substring(chain.length() + 1)))
                .toList();
    }

    private static Map<String, Object> target(String text) {
        String[] parts = text.split("/", 3);
        return new Target(parts[0], parts[1], parts.length > 2 ? Optional.of(parts[2]) : Optional.empty()).tree();
    }
}
