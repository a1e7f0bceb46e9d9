package dev.gatehouse.authz.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ParsersTest {
    @Test
    void cookiesKeepOrderAndBytesWhenOneIsTakenOut() {
        Cookies cookies = Cookies.parse("a=1; key=\"s3 cret\";b = x=y ; key=again; flag");
        assertThat(cookies.value("key")).contains("s3 cret");
        assertThat(cookies.value("b")).contains("x=y");
        assertThat(cookies.value("KEY")).isEmpty();
        assertThat(cookies.without("key")).isEqualTo("a=1; b = x=y; flag");
        assertThat(Cookies.parse("key=1").without("key")).isEmpty();
    }

    @Test
    void ownCookiesAreTakenOutWhereverServersWouldFindThem() {
        assertThat(Cookies.parse("a=1; own-x=t; b = x=y").withoutOwn(ParsersTest::own))
                .isEqualTo("a=1; b = x=y");
        assertThat(Cookies.parse("q=1,own-x=t; r=2 own-y = t,3").withoutOwn(ParsersTest::own))
                .isEqualTo("q=1; r=2");
        assertThat(Cookies.parse("q=1,2, own; r=x-own-y").withoutOwn(ParsersTest::own))
                .isEqualTo("q=1,2, own; r=x-own-y");
        assertThat(Cookies.parse("own-x=t").withoutOwn(ParsersTest::own)).isEmpty();
    }

    private static boolean own(String name) {
        return name.startsWith("own-");
    }

    @Test
    void parametersAreDecodedAndFoundInEverySpelling() {
        Query query = Query.of("/p?api%5Fkey=a%2Bb+c&x=%zz&api_key=2#key=no");
        assertThat(query.value("api_key")).contains("a+b c");
        assertThat(query.value("x")).contains("%zz");
        assertThat(query.spellings("api_key")).containsExactly("api%5Fkey", "api_key");
        assertThat(query.value("key")).isEmpty();
        assertThat(Query.of("/no-query").value("x")).isEmpty();
        assertThat(Query.of("/p?flag").value("flag")).contains("");
    }

    @Test
    void theSchemeOfAnAuthorizationHeaderHasNoCase() {
        assertThat(Authorization.parse("bEaReR  abc ")).contains(new Authorization("bearer", "abc"));
        assertThat(Authorization.parse("abc")).contains(new Authorization("", "abc"));
        assertThat(Authorization.parse("  ")).isEmpty();
    }

    @Test
    void whatHoldsCredentialsDoesNotPrintThem() {
        assertThat(new Authorization("bearer", "s3cret").toString()).doesNotContain("s3cret");
        assertThat(new HttpRequest("GET", "h", "/?k=s3cret", java.util.Map.of("x", "s3cret")).toString())
                .doesNotContain("s3cret");
    }
}
