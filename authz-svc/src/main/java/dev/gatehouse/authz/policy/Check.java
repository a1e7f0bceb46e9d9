package dev.gatehouse.authz.policy;

import dev.gatehouse.authz.request.HttpRequest;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** One part of a policy. Safe for any number of threads; never blocks the caller. */
public interface Check {
    /** For metrics: {@code api-key}, {@code basic}. */
    String kind();

    /** The header that tells the backend who it is, in lower case: no client may set it. */
    Optional<String> identityHeader();

    /** Never fails. */
    CompletionStage<Verdict> check(HttpRequest request);
}
