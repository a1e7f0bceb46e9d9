package dev.gatehouse.authz.oidc;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.gatehouse.authz.seal.KeyRing;
import dev.gatehouse.authz.token.Claims;
import dev.gatehouse.authz.token.Jwt;
import dev.gatehouse.authz.token.KeySet;
import java.security.SecureRandom;

/** What browsers and providers send never throws, and the way back is one on this host. */
class SignOnFuzzTest {
    private static final KeyRing KEYS = KeyRing.random(new SecureRandom());

    @FuzzTest
    void whatIsNotSealedHereIsNoState(FuzzedDataProvider data) {
        String state = data.consumeRemainingAsString();
        if (FlowState.open(KEYS, "ns/p", state).isPresent()) {
            throw new AssertionError(state);
        }
    }

    @FuzzTest
    void theWayBackIsOnThisHost(FuzzedDataProvider data) {
        String path = data.consumeRemainingAsString();
        String back = LocalPath.of(path);
        if (!back.startsWith("/") || back.startsWith("//") || back.indexOf('\\') >= 0 || back.indexOf('\n') >= 0) {
            throw new AssertionError(back);
        }
    }

    @FuzzTest
    void tokensAndKeySetsAreReadOrNot(FuzzedDataProvider data) {
        String text = data.consumeRemainingAsString();
        Claims.parse(text);
        Jwt.parse(text);
        KeySet.parse(text);
        KeySet.parse("{\"keys\":[" + text + "]}");
    }
}
