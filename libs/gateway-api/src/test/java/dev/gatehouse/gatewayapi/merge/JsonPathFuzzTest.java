package dev.gatehouse.gatewayapi.merge;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Map;

class JsonPathFuzzTest {
    private static final Map<String, Object> TREE = Map.of("a", List.of(Map.of("b", 1L), Map.of("c", "x")), "d", true);

    @FuzzTest
    void anyTextIsAPathOrIsRefused(FuzzedDataProvider data) {
        try {
            assertThat(JsonPath.parse(data.consumeRemainingAsString()).pointers(TREE))
                    .doesNotHaveDuplicates();
        } catch (PatchFailure e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
