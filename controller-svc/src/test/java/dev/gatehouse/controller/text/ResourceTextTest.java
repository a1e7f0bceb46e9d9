package dev.gatehouse.controller.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.proto.PackedTypes;
import org.junit.jupiter.api.Test;

class ResourceTextTest {
    @Test
    void everyTypeThatIsServedHasAText() {
        assertThat(ResourceText.typeNames()).isNotEmpty().allSatisfy(name -> {
            String url = ResourceText.typeUrl(name).orElseThrow();
            assertThat(PackedTypes.find(url.substring(url.lastIndexOf('/') + 1)))
                    .as(url)
                    .isPresent();
        });
    }
}
