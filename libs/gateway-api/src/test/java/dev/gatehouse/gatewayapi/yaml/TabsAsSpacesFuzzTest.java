package dev.gatehouse.gatewayapi.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

class TabsAsSpacesFuzzTest {
    @FuzzTest
    void nothingChangesButTabs(FuzzedDataProvider data) {
        String text = data.consumeRemainingAsString();
        String spaced = TabsAsSpaces.of(text);
        assertThat(spaced).hasSameSizeAs(text);
        assertThat(spaced.replace('\t', ' ')).isEqualTo(text.replace('\t', ' '));
    }
}
