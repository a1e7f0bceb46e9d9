package dev.gatehouse.authz.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever a client sends: no parser throws, and what is taken out is gone when it is read again. */
class ParsersFuzzTest {
    @FuzzTest
    void aCookieThatIsTakenOutIsGoneAndTheOthersStay(FuzzedDataProvider data) {
        String name = data.consumeString(8);
        String header = data.consumeRemainingAsString();
        Cookies cookies = Cookies.parse(header);
        Cookies rest = Cookies.parse(cookies.without(name));
        assertThat(rest.value(name)).isEmpty();
        assertThat(cookies.value("session").filter(value -> !name.equals("session")))
                .isEqualTo(rest.value("session").filter(value -> !name.equals("session")));
    }

    @FuzzTest
    void everyParameterThatIsFoundHasASpelling(FuzzedDataProvider data) {
        String name = data.consumeString(8);
        Query query = Query.of(data.consumeRemainingAsString());
        assertThat(query.spellings(name).isEmpty()).isEqualTo(query.value(name).isEmpty());
        for (String spelling : query.spellings(name)) {
            assertThat(Query.decode(spelling)).isEqualTo(name);
        }
    }

    @FuzzTest
    void anAuthorizationHeaderIsReadOrNot(FuzzedDataProvider data) {
        Authorization.parse(data.consumeRemainingAsString()).ifPresent(authorization -> {
            assertThat(authorization.scheme()).doesNotContain(" ");
            assertThat(authorization.credentials())
                    .isEqualTo(authorization.credentials().strip());
        });
    }
}
