package dev.gatehouse.authz.grpc;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.gatehouse.authz.policy.Answer;
import dev.gatehouse.authz.policy.Changes;
import dev.gatehouse.authz.policy.Decision;
import dev.gatehouse.authz.policy.Subjects;
import dev.gatehouse.authz.token.Claims;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes Envoy's answer. Safe for any thread. */
final class CheckFormat {
    private static final Value NULL =
            Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();

    /** The key of the session's claims in the metadata of Envoy's ext_authz filter. */
    private static final String SESSION = "gatehouse.session";

    /** The key of the claims of opaque tokens there, under the name of who vouches for them. */
    private static final String TOKEN = "gatehouse.token";

    /** The key there of who it is, for access logs: by the kind of check that found it out, as logs have subjects. */
    private static final String SUBJECT = "gatehouse.subject";

    private static final String SET_COOKIE = "set-cookie";

    /**
     * Says that nobody is known. Servers of {@code extAuth} write into the same metadata before: what they have put under these keys is overwritten, so that what filters behind this one
     * read there is what authz-svc said.
     */
    private static final Struct NOBODY = Struct.newBuilder()
            .putFields(SESSION, NULL)
            .putFields(TOKEN, NULL)
            .putFields(SUBJECT, NULL)
            .build();

    private final Subjects subjects;

    CheckFormat(Subjects subjects) {
        this.subjects = subjects;
    }

    CheckResponse write(Decision decision) {
        return switch (decision) {
            case Decision.Allowed allowed -> allowed(allowed);
            case Decision.Denied denied ->
                CheckResponse.newBuilder()
                        .setStatus(
                                status(denied.reason().status() == 401 ? Code.UNAUTHENTICATED : Code.PERMISSION_DENIED))
                        .setDeniedResponse(denied(denied))
                        .setDynamicMetadata(known(denied.kind().orElse(""), denied.identity()))
                        .build();
            case Decision.Answered answered ->
                CheckResponse.newBuilder()
                        .setStatus(status(
                                answered.answer().status() == 401 ? Code.UNAUTHENTICATED : Code.PERMISSION_DENIED))
                        .setDeniedResponse(answered(answered.answer()))
                        .setDynamicMetadata(known(answered.kind(), answered.identity()))
                        .build();
        };
    }

    /** As the answer to a second check of a request, which leaves what the first has said of who it is. */
    CheckResponse writeAgain(Decision decision) {
        return write(decision).toBuilder().clearDynamicMetadata().build();
    }

    private CheckResponse allowed(Decision.Allowed allowed) {
        Changes changes = allowed.changes();
        Struct.Builder metadata = NOBODY.toBuilder();
        if (!changes.session().values().isEmpty()) {
            metadata.putAllFields(changes.session()
                    .written(Struct.class, CheckFormat::metadata)
                    .getFieldsMap());
        }
        if (!changes.tokens().isEmpty()) {
            metadata.putFields(TOKEN, value(changes.tokens()));
        }
        subject(metadata, allowed.identities());
        return CheckResponse.newBuilder()
                .setStatus(status(Code.OK))
                .setOkResponse(ok(changes))
                .setDynamicMetadata(metadata)
                .build();
    }

    private Struct known(String kind, Optional<String> identity) {
        Struct.Builder metadata = NOBODY.toBuilder();
        identity.ifPresent(each -> subject(metadata, Map.of(kind, each)));
        return metadata.build();
    }

    private void subject(Struct.Builder metadata, Map<String, String> identities) {
        Struct.Builder written = Struct.newBuilder();
        identities.forEach((kind, identity) -> subjects.written(identity)
                .ifPresent(subject -> written.putFields(
                        kind, Value.newBuilder().setStringValue(subject).build())));
        if (written.getFieldsCount() > 0) {
            metadata.putFields(
                    SUBJECT, Value.newBuilder().setStructValue(written).build());
        }
    }

    private static DeniedHttpResponse.Builder answered(Answer answer) {
        DeniedHttpResponse.Builder response = DeniedHttpResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder().setCode(StatusCode.forNumber(answer.status())))
                .setBody(answer.body());
        answer.headers()
                .forEach(header -> response.addHeaders(
                        header.name().equals(SET_COOKIE)
                                ? cookie(header.value())
                                : header(header.name(), header.value())));
        return response;
    }

    private static Struct metadata(Claims session) {
        return Struct.newBuilder().putFields(SESSION, value(session.values())).build();
    }

    /** JSON as protobuf has it. */
    private static Value value(@Nullable Object json) {
        Value.Builder value = Value.newBuilder();
        return switch (json) {
            case null -> value.setNullValue(NullValue.NULL_VALUE).build();
            case Boolean flag -> value.setBoolValue(flag).build();
            case Number number -> value.setNumberValue(number.doubleValue()).build();
            case List<?> list -> {
                ListValue.Builder values = ListValue.newBuilder();
                list.forEach(element -> values.addValues(value(element)));
                yield value.setListValue(values).build();
            }
            case Map<?, ?> map -> {
                Struct.Builder fields = Struct.newBuilder();
                map.forEach((name, field) -> fields.putFields(String.valueOf(name), value(field)));
                yield value.setStructValue(fields).build();
            }
            default -> value.setStringValue(json.toString()).build();
        };
    }

    private static OkHttpResponse.Builder ok(Changes changes) {
        OkHttpResponse.Builder ok = OkHttpResponse.newBuilder()
                .addAllHeadersToRemove(changes.remove())
                .addAllQueryParametersToRemove(changes.removeParameters());
        changes.set().forEach((name, value) -> ok.addHeaders(header(name, value)));
        changes.setCookies().forEach(value -> ok.addResponseHeadersToAdd(cookie(value)));
        changes.answerHeaders().forEach((name, value) -> ok.addResponseHeadersToAdd(header(name, value)));
        return ok;
    }

    private static DeniedHttpResponse.Builder denied(Decision.Denied denied) {
        DeniedHttpResponse.Builder response = DeniedHttpResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder()
                        .setCode(StatusCode.forNumber(denied.reason().status())))
                .setBody(denied.reason().text() + "\n")
                .addHeaders(header("content-type", "text/plain; charset=utf-8"))
                .addHeaders(header("cache-control", "no-store"));
        if (denied.reason().status() == StatusCode.ServiceUnavailable_VALUE) {
            response.addHeaders(header("retry-after", "5"));
        }
        denied.challenges().forEach(challenge -> response.addHeaders(header("www-authenticate", challenge)));
        denied.headers().forEach((name, value) -> response.addHeaders(header(name, value)));
        return response;
    }

    private static HeaderValueOption.Builder cookie(String value) {
        return header(SET_COOKIE, value).setAppendAction(HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD);
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
