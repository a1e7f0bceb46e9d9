package dev.gatehouse.authz.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import dev.gatehouse.authz.policy.Changes;
import dev.gatehouse.authz.policy.Decision;
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

    private static Struct metadata(Claims claims) {
        Changes session = new Changes(Map.of(), Set.of(), List.of(), List.of(), claims);
        Changes changes = Changes.NONE.and(session).and(new Changes(Map.of("x-user", "ann"), Set.of(), List.of()));
        return CheckFormat.write(new Decision.Allowed(Optional.of("a/b"), List.of("ann"), changes))
                .getDynamicMetadata();
    }

    @Test
    void theClaimsOfASessionAreWrittenOnceForAllOfItsResponses() {
        Struct first = metadata(CLAIMS);
        assertThat(first.getFieldsOrThrow("gatehouse.session").getStructValue().getFieldsMap())
                .containsOnlyKeys("sub", "age", "verified", "none", "org");
        assertThat(metadata(CLAIMS)).isSameAs(first);
    }

    @Test
    void anotherSessionHasItsOwnClaims() {
        Struct first = metadata(CLAIMS);
        assertThat(metadata(CLAIMS.with(new Claims(Map.of("acr", "gold"))))).isNotEqualTo(first);
    }

    @Test
    void aRequestWithoutASessionHasNoMetadata() {
        assertThat(metadata(Claims.NONE)).isEqualTo(Struct.getDefaultInstance());
    }
}
