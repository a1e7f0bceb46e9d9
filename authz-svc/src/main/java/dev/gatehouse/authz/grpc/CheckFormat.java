package dev.gatehouse.authz.grpc;

import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.gatehouse.authz.policy.Changes;
import dev.gatehouse.authz.policy.Decision;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;

/** Writes Envoy's answer. */
final class CheckFormat {
    private CheckFormat() {}

    static CheckResponse write(Decision decision) {
        return switch (decision) {
            case Decision.Allowed allowed ->
                CheckResponse.newBuilder()
                        .setStatus(status(Code.OK))
                        .setOkResponse(ok(allowed.changes()))
                        .build();
            case Decision.Denied denied ->
                CheckResponse.newBuilder()
                        .setStatus(
                                status(denied.reason().status() == 401 ? Code.UNAUTHENTICATED : Code.PERMISSION_DENIED))
                        .setDeniedResponse(denied(denied))
                        .build();
        };
    }

    private static OkHttpResponse.Builder ok(Changes changes) {
        OkHttpResponse.Builder ok = OkHttpResponse.newBuilder()
                .addAllHeadersToRemove(changes.remove())
                .addAllQueryParametersToRemove(changes.removeParameters());
        changes.set().forEach((name, value) -> ok.addHeaders(header(name, value)));
        return ok;
    }

    private static DeniedHttpResponse.Builder denied(Decision.Denied denied) {
        DeniedHttpResponse.Builder response = DeniedHttpResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder()
                        .setCode(StatusCode.forNumber(denied.reason().status())))
                .setBody(denied.reason().text() + "\n")
                .addHeaders(header("content-type", "text/plain; charset=utf-8"))
                .addHeaders(header("cache-control", "no-store"));
        denied.challenges().forEach(challenge -> response.addHeaders(header("www-authenticate", challenge)));
        return response;
    }

    private static HeaderValueOption.Builder header(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD);
    }

    private static Status.Builder status(Code code) {
        return Status.newBuilder().setCode(code.getNumber());
    }
}
