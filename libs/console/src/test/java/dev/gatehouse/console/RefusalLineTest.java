package dev.gatehouse.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.console.model.RefusedRequest.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RefusalLineTest {
    private static String line(int status, String details, String flags, String more) {
        return "{\":authority\":\"shop.example\",\"method\":\"GET\",\"response_code\":" + status
                + ",\"response_code_details\":\"" + details + "\",\"response_flags\":\"" + flags
                + "\",\"route_name\":\"httproute/shop/cart/rule/0/match/1\",\"start_time\":\"2026-11-28T18:02:45.926Z\","
                + "\"x-envoy-origin-path\":\"/cart?token=s3cret\",\"x-forwarded-for\":\"9.9.9.9, 192.0.2.2\","
                + "\"downstream_remote_address\":\"127.0.0.1:52036\",\"x-request-id\":\"a5d9\"" + more + "}";
    }

    @ParameterizedTest
    @CsvSource({
        "403, 'waf_blocked{rule_id=1001,phase=2}', -, BLOCKED",
        "503, waf_unavailable{overloaded:queue}, -, BLOCKED",
        "429, request_rate_limited, RL, LIMITED",
        "429, local_rate_limited, 'RL', LIMITED",
        "401, ext_authz_denied, UAEX, DENIED",
        "500, ext_authz_error, UAEX, DENIED",
        "403, 'rbac_access_denied_matched_policy[none]', -, DENIED",
        "401, jwt_authn_access_denied{Jwt_is_missing}, -, DENIED"
    })
    void whoRefusedIsTold(int status, String details, String flags, Kind kind) {
        assertThat(RefusalLine.read("shop/front", line(status, details, flags, "")))
                .get()
                .satisfies(request -> {
                    assertThat(request.kind()).isEqualTo(kind);
                    assertThat(request.status()).isEqualTo(Integer.toString(status));
                    assertThat(request.gateway()).isEqualTo("shop/front");
                    assertThat(request.route()).isEqualTo("HTTPRoute shop/cart, rule 0");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "403, via_upstream, -",
        "429, via_upstream, -",
        "404, route_not_found, NR",
        "503, no_healthy_upstream, UH",
        "200, via_upstream, -"
    })
    void whatABackendAnswersOrNobodyDoesIsNoRefusal(int status, String details, String flags) {
        assertThat(RefusalLine.read("shop/front", line(status, details, flags, "")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"response_code\":403",
                "{\"response_code\":403}",
                "{\"response_code\":403,\"response_flags\":null,\"response_code_details\":null}",
                "[2026-11-28] GET / 403"
            })
    void aLineOfAnotherFormIsPassedOver(String line) {
        assertThat(RefusalLine.read("shop/front", line)).isEmpty();
    }

    @Test
    void theQueryAndItsSecretsAreLeftOut() {
        assertThat(RefusalLine.read("shop/front", line(401, "ext_authz_denied", "UAEX", "")))
                .get()
                .satisfies(request -> {
                    assertThat(request.path()).isEqualTo("/cart?…");
                    assertThat(request.toString()).doesNotContain("s3cret");
                });
    }

    @Test
    void theClientIsTheOneThatTheProxySaw() {
        assertThat(RefusalLine.read("shop/front", line(401, "ext_authz_denied", "UAEX", ""))
                        .orElseThrow()
                        .client())
                .isEqualTo("192.0.2.2");
    }

    @Test
    void theReasonNamesTheLimitsAndTheWafPolicy() {
        assertThat(RefusalLine.read(
                                "shop/front",
                                line(
                                        429,
                                        "request_rate_limited",
                                        "RL",
                                        ",\"limit\":{\"exceeded\":[{\"limit\":\"5/minute\",\"rule\":\"httproute/shop/cart/rule/0\"}]}"))
                        .orElseThrow()
                        .reason())
                .isEqualTo("over 5/minute of httproute/shop/cart/rule/0");
        assertThat(RefusalLine.read(
                                "shop/front",
                                line(
                                        403,
                                        "waf_blocked{rule_id=949110,phase=2,score=5}",
                                        "-",
                                        ",\"waf\":{\"blocked\":true,\"policy\":\"shop/crs\",\"score\":5}"))
                        .orElseThrow()
                        .reason())
                .isEqualTo("waf_blocked{rule_id=949110,phase=2,score=5}, WAFPolicy shop/crs, score 5");
    }
}
