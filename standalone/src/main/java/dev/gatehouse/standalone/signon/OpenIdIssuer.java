package dev.gatehouse.standalone.signon;

import dev.gatehouse.gatewayapi.security.SignOnAddress;
import dev.gatehouse.gatewayapi.yaml.Wording;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Report.Outcome;
import dev.gatehouse.standalone.imports.Setting;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who the provider is: as the configuration says, or as is known of the provider's type or endpoints. */
final class OpenIdIssuer {
    private static final List<String> WITHOUT_OPENID =
            List.of("github", "bitbucket", "digitalocean", "facebook", "nextcloud", "keycloak", "sourcehut", "srht");
    private static final List<String> TYPES = List.of(
            "adfs",
            "azure",
            "cidaas",
            "entra-id",
            "gitlab",
            "google",
            "keycloak-oidc",
            "linkedin",
            "login.gov",
            "oidc");
    private static final Pattern ENTRA =
            Pattern.compile("(https://login\\.microsoftonline\\.com/[^/]+)/(v2\\.0|oauth2/v2\\.0/.*)");
    private static final Pattern KEYCLOAK = Pattern.compile("(https?://.+/realms/[^/]+)/protocol/openid-connect/.*");

    /** @param keys where the keys of tokens are, where that is known */
    record Found(String text, Optional<String> keys) {}

    private final Map<String, Setting> settings;
    private final ImportOptions options;
    private final Report report;

    OpenIdIssuer(Map<String, Setting> settings, ImportOptions options, Report report) {
        this.settings = settings;
        this.options = options;
        this.report = report;
    }

    Found find() {
        Setting type = settings.get("provider");
        String name = type == null ? "google" : type.value();
        if (type == null) {
            report.add("provider", new Outcome.TakenOver("a provider of type google"));
        } else if (WITHOUT_OPENID.contains(name)) {
            report.wrong(
                    type,
                    "\"" + name + "\" is no OpenID provider (expected: one of " + String.join(", ", TYPES)
                            + "; put an OpenID provider before it, Keycloak or Dex for example)");
        } else if (!TYPES.contains(name)) {
            report.wrong(type, Wording.notOneOf(name, TYPES));
        } else {
            report.takenOver(type, "oidc.provider of the SecurityPolicy");
        }
        Optional<Setting> written = Optional.ofNullable(settings.get("oidc-issuer-url"))
                .filter(each -> !each.value().isEmpty());
        Optional<Setting> tenant = Optional.ofNullable(settings.get("azure-tenant"));
        tenant.ifPresent(each -> report.takenOver(each, "oidc.provider.issuer of the SecurityPolicy"));
        Optional<String> issuer = written.map(Setting::value)
                .or(options::issuer)
                .or(() -> switch (name) {
                    case "google" -> Optional.of("https://accounts.google.com");
                    case "gitlab" -> Optional.of("https://gitlab.com");
                    case "linkedin" -> Optional.of("https://www.linkedin.com/oauth");
                    case "login.gov" -> Optional.of("https://secure.login.gov/");
                    case "azure", "entra-id" ->
                        tenant.map(Setting::value)
                                .filter(each -> !each.equals("common") && !each.equals("organizations"))
                                .map(each -> "https://login.microsoftonline.com/" + each + "/v2.0");
                    default -> Optional.empty();
                });
        written.ifPresent(each -> {
            if (SignOnAddress.of(each.value()).isEmpty()) {
                report.wrong(each, "\"" + each.value() + "\" is no issuer (expected: https://host[:port]/path)");
            } else {
                report.takenOver(each, "oidc.provider.issuer of the SecurityPolicy");
            }
        });
        if (issuer.isEmpty() && !report.hasErrors()) {
            report.add(
                    "oidc_issuer_url",
                    new Outcome.Wrong(
                            "is missing, and the provider's type does not tell it (expected: the issuer, here or by"
                                    + " --issuer; of Entra ID the one of your tenant)"));
        }
        String text = issuer.filter(each -> SignOnAddress.of(each).isPresent()).orElse("https://invalid");
        Optional<String> keys = Optional.ofNullable(settings.get("oidc-jwks-url"))
                .map(Setting::value)
                .or(options::jwksUri)
                .or(() -> keys(text));
        return new Found(text, keys);
    }

    /** Where the keys of a well-known issuer are. */
    static Optional<String> keys(String issuer) {
        String base = issuer.replaceFirst("/$", "");
        Matcher entra = ENTRA.matcher(issuer);
        if (entra.matches()) {
            return Optional.of(entra.group(1) + "/discovery/v2.0/keys");
        }
        if (base.equals("https://accounts.google.com")) {
            return Optional.of("https://www.googleapis.com/oauth2/v3/certs");
        }
        if (base.equals("https://gitlab.com")) {
            return Optional.of(base + "/oauth/discovery/keys");
        }
        return base.contains("/realms/") ? Optional.of(base + "/protocol/openid-connect/certs") : Optional.empty();
    }

    /** The issuer whose authorization endpoint is known. */
    static Optional<String> ofEndpoint(String endpoint) {
        Matcher keycloak = KEYCLOAK.matcher(endpoint);
        if (keycloak.matches()) {
            return Optional.of(keycloak.group(1));
        }
        Matcher entra = ENTRA.matcher(endpoint);
        if (entra.matches()) {
            return Optional.of(entra.group(1) + "/v2.0");
        }
        return endpoint.startsWith("https://accounts.google.com/")
                ? Optional.of("https://accounts.google.com")
                : Optional.empty();
    }
}
