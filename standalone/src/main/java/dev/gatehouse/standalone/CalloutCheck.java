package dev.gatehouse.standalone;

import com.google.protobuf.Any;
import dev.gatehouse.authz.basic.PasswordChecks;
import dev.gatehouse.authz.basic.SlowHashes;
import dev.gatehouse.authz.oidc.SignOns;
import dev.gatehouse.authz.xds.PolicySubscriber;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.ratelimit.xds.RuleSubscriber;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Subscriber;
import dev.gatehouse.xdsclient.Update;
import dev.gatehouse.xdsclient.Verdict;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Passes the resources of translated files to the subscribers of authz-svc and ratelimit-svc, as xds-svc would, and
 * reports the resources that they refuse. So errors that would be answered with 503 are reported before the files are
 * used. {@link WafRuleCheck} does the same for waf-svc, with places in the rules.
 */
final class CalloutCheck {
    private static final int KEY_BYTES = 32;

    /** The field of a policy that a part of a resource comes from. */
    private static final Map<String, String> FIELDS =
            Map.of("basic_auth.", "spec.basicAuth", "api_key_auth.", "spec.apiKeyAuth", "oidc.", "spec.oidc");

    private CalloutCheck() {}

    /** The refusals, each as a problem of the object that the resource was made from. */
    static List<Problem> of(OfflineTranslation translation) {
        List<Problem> problems = new ArrayList<>();
        translation.translator().resources().forEach((id, output) -> {
            Optional<Subscriber> subscriber = subscriber(id.typeUrl());
            if (subscriber.isPresent()
                    && subscriber.get().take(Update.of(new Resource(id.name(), "1", Any.pack(output.message()))))
                            instanceof Verdict.Rejected rejected) {
                String message = String.join("; ", rejected.problems().values());
                output.owners().stream()
                        .sorted()
                        .flatMap(owner ->
                                Optional.ofNullable(translation.objects().get(owner)).stream())
                        .findFirst()
                        .ifPresent(found -> {
                            String path = FIELDS.entrySet().stream()
                                    .filter(field -> message.startsWith(field.getKey()))
                                    .map(Map.Entry::getValue)
                                    .findFirst()
                                    .orElse("spec");
                            problems.add(new Problem(
                                    Problem.Severity.ERROR,
                                    found.document().locate(path),
                                    found.ref().toString(),
                                    path,
                                    message));
                        });
            }
        });
        return problems;
    }

    private static Optional<Subscriber> subscriber(String typeUrl) {
        return switch (typeUrl) {
            case TypeUrls.ACCESS ->
                Optional.of(new PolicySubscriber(
                        noPasswords(), SignOns.unconnected(InstantSource.system(), new SecureRandom())));
            case TypeUrls.RATE_LIMIT -> Optional.of(new RuleSubscriber());
            default -> Optional.empty();
        };
    }

    /** Nobody's password is checked here. */
    private static PasswordChecks noPasswords() {
        return new PasswordChecks(
                new SlowHashes((_, _) -> false, Runnable::run, (_, _) -> false, Runnable::run),
                new byte[KEY_BYTES],
                Duration.ZERO,
                0,
                InstantSource.system());
    }
}
