package dev.gatehouse.authz.spans;

import dev.gatehouse.authz.provider.ProviderHttp;
import dev.gatehouse.tracing.Tracing;
import java.net.URI;
import java.util.Locale;
import java.util.concurrent.CompletionStage;

/**
 * Calls to a provider with a span each. A call that several requests wait for has its span in the trace of the request that began it. Of the URL a span has
 * the host alone: paths and queries are the provider's affair, and may name users.
 */
public final class TracedProviderHttp implements ProviderHttp {
    private static final int FIRST_FAILURE = 400;

    private final ProviderHttp http;
    private final Tracing tracing;

    public TracedProviderHttp(ProviderHttp http, Tracing tracing) {
        this.http = http;
        this.tracing = tracing;
    }

    @Override
    public CompletionStage<Answer> send(Call call) {
        if (!tracing.isInSpan()) {
            return http.send(call);
        }
        return tracing.call(
                "provider " + call.purpose().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                span -> {
                    URI url = URI.create(call.url());
                    span.setAttribute("http.request.method", call.form().isPresent() ? "POST" : "GET");
                    span.setAttribute("server.address", url.getHost());
                    if (url.getPort() > 0) {
                        span.setAttribute("server.port", url.getPort());
                    }
                },
                () -> http.send(call),
                (span, answer) -> {
                    span.setAttribute("http.response.status_code", answer.status());
                    if (answer.status() >= FIRST_FAILURE) {
                        Tracing.fail(span, Integer.toString(answer.status()));
                    }
                });
    }
}
