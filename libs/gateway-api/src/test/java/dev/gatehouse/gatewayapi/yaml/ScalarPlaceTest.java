package dev.gatehouse.gatewayapi.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScalarPlaceTest {
    private static final String FILE = """
            # the first line
            a: 1
            ---
            plain: SecRule x
            quoted: "SecRule x"
            escaped: "a\\nb"
            literal: |

                SecRule x
                  SecRule y
            folded: >
                SecRule x
            list:
            - |-
              SecRule x
            """;

    private static String place(String path, int line, int column) {
        Node.Mapping document = YamlDocuments.read("f", FILE).documents().getLast();
        Node node = document.get(path).orElseThrow();
        Node.Scalar scalar =
                (Node.Scalar) (node instanceof Node.Sequence list ? list.items().getFirst() : node);
        return scalar.at(line, column).toString();
    }

    @Test
    void aPlaceInATextIsToldAsOneInTheFile() {
        assertThat(place("plain", 1, 9)).isEqualTo("f:4:16");
        assertThat(place("quoted", 1, 9)).isEqualTo("f:5:18");
        assertThat(place("literal", 3, 11)).isEqualTo("f:10:15");
        assertThat(place("list", 1, 9)).isEqualTo("f:15:11");
    }

    @Test
    void whereLinesAreNotTheFilesItIsWhereTheTextBegins() {
        assertThat(place("escaped", 2, 1)).isEqualTo("f:6:10");
        assertThat(place("folded", 1, 9)).isEqualTo("f:11:9");
    }
}
