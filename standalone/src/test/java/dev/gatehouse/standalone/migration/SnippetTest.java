package dev.gatehouse.standalone.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SnippetTest {
    @Test
    void fixedHeadersAreRead() {
        Snippet snippet = Snippet.of("""
                # security
                more_set_headers "X-Frame-Options: DENY";
                more_set_headers 'Strict-Transport-Security: max-age=1; includeSubDomains';
                add_header X-Robots-Tag "noindex, nofollow" always; add_header X-A b;
                proxy_set_header X-Team shop;
                """).orElseThrow();
        assertThat(snippet.responseSet())
                .containsEntry("X-Frame-Options", "DENY")
                .containsEntry("Strict-Transport-Security", "max-age=1; includeSubDomains");
        assertThat(snippet.responseAdd())
                .containsEntry("X-Robots-Tag", "noindex, nofollow")
                .containsEntry("X-A", "b");
        assertThat(snippet.requestSet()).containsEntry("X-Team", "shop");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "deny all;",
                "more_set_headers \"A: b\"; deny 10.0.0.0/8;",
                "add_header A b; return 403;",
                "if ($http_x) { return 403; }",
                "add_header A $host;",
                "more_set_headers \"A: b\"",
                "more_set_headers -s 404 \"A: b\";",
                "proxy_set_header Host other.example.com;",
                "more_set_headers \"A: %x\";",
                "add_header A \"b; deny all;",
                "satisfy any;",
                "auth_request /x;",
                "proxy_set_header X \"a\" extra;",
                ""
            })
    void whatDoesMoreIsNotRead(String text) {
        assertThat(Snippet.of(text)).isEmpty();
    }
}
