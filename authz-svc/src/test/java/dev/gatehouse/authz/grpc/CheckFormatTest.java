package dev.gatehouse.authz.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.authz.policy.Changes;
import dev.gatehouse.authz.policy.Decision;
import dev.gatehouse.authz.policy.Reason;
import dev.gatehouse.authz.policy.Subjects;
import dev.gatehouse.authz.token.Claims;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CheckFormatTest {
    private static final Claims CLAIMS = Claims.parse("""
        {"sub": "ann", "age": 42, "verified": true, "none": null, "org": {"roles": ["reader", "writer"]}}
        """).orElseThrow();

    private static final Value NULL =
            Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();

    private static Struct metadata(Claims claims) {
        return metadata(claims, Map.of("basic", "ann"), Subjects.Form.PLAIN);
    }

    private static Struct metadata(Claims claims, Map<String, String> identities, Subjects.Form form) {
        Changes session = new Changes(Map.of(), Set.of(), List.of(), List.of(), claims);
        Changes changes = Changes.NONE.and(session).and(new Changes(Map.of("x-user", "ann"), Set.of(), List.of()));
        return new CheckFormat(new Subjects(form, () -> new byte[32]))
                .write(new Decision.Allowed(Optional.of("a/b"), identities, changes))
                .getDynamicMetadata();
    }

    @Test
    void theClaimsOfASessionAreWrittenOnceForAllOfItsResponses() {
        Value first = metadata(CLAIMS).getFieldsOrThrow("gatehouse.session");
        assertThat(first.getStructValue().getFieldsMap()).containsOnlyKeys("sub", "age", "verified", "none", "org");
        assertThat(metadata(CLAIMS).getFieldsOrThrow("gatehouse.session")).isSameAs(first);
    }

    @Test
    void anotherSessionHasItsOwnClaims() {
        Struct first = metadata(CLAIMS);
        assertThat(metadata(CLAIMS.with(new Claims(Map.of("acr", "gold"))))).isNotEqualTo(first);
    }

    /** A server of extAuth before may have said that somebody is known. */
    @Test
    void ofARequestThatNobodyIsKnownOfTheMetadataSayIt() {
        assertThat(metadata(Claims.NONE, Map.of(), Subjects.Form.PLAIN).getFieldsMap())
                .isEqualTo(Map.of("gatehouse.session", NULL, "gatehouse.token", NULL, "gatehouse.subject", NULL));
    }

    @Test
    void subjectsAreThereByTheChecksThatFoundThemAndInTheFormOfLogs() {
        Map<String, String> identities = Map.of("api-key", "shop", "basic", "ann", "oidc", "");
        Value plain = metadata(Claims.NONE, identities, Subjects.Form.PLAIN).getFieldsOrThrow("gatehouse.subject");
        assertThat(plain.getStructValue().getFieldsMap()).containsOnlyKeys("api-key", "basic");
        assertThat(plain.getStructValue().getFieldsOrThrow("basic").getStringValue())
                .isEqualTo("ann");
        assertThat(metadata(Claims.NONE, identities, Subjects.Form.HASHED)
                        .getFieldsOrThrow("gatehouse.subject")
                        .getStructValue()
                        .getFieldsOrThrow("basic")
                        .getStringValue())
                .matches("hmac:[A-Za-z0-9_-]{22}");
        assertThat(metadata(Claims.NONE, identities, Subjects.Form.NONE).getFieldsOrThrow("gatehouse.subject"))
                .isEqualTo(NULL);
    }

    @Test
    void whoIsDeniedIsTheSubjectToo() {
        Struct metadata = new CheckFormat(new Subjects(Subjects.Form.PLAIN, () -> new byte[32]))
                .write(new Decision.Denied(
                        Optional.of("a/b"),
                        Optional.of("basic"),
                        Reason.CREDENTIALS_WRONG,
                        List.of(),
                        Optional.of("ann"),
                        Map.of()))
                .getDynamicMetadata();
        assertThat(metadata.getFieldsOrThrow("gatehouse.subject")
                        .getStructValue()
                        .getFieldsMap())
                .containsOnlyKeys("basic");
        assertThat(metadata.getFieldsOrThrow("gatehouse.token")).isEqualTo(NULL);
    }
}
