package dev.gatehouse.authz.policy;

import dev.gatehouse.authz.request.HttpRequest;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** One part of a policy. Safe for any number of threads; never blocks the caller. */
public interface Check {
    /** For metrics: {@code api-key}, {@code basic}, {@code oidc}, {@code introspection}. */
    String kind();

    /** The headers that tell the backend who it is, in lower case: no client may set them. */
    Set<String> identityHeaders();

    /** Never fails. */
    CompletionStage<Verdict> check(HttpRequest request);
}
