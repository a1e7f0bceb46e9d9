package dev.gatehouse.seclang.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

class PhraseAutomatonTest {
    @Property(tries = 2_000)
    void itFindsTheLongestOfThePhrasesThatEndFirst(@ForAll long seed) {
        Random random = new Random(seed);
        List<String> phrases = new ArrayList<>();
        for (int n = random.nextInt(40); n >= 0; n--) {
            phrases.add(text(random, 1 + random.nextInt(5)));
        }
        String text = text(random, random.nextInt(15));
        Bytes found = new PhraseAutomaton(phrases.stream().map(Bytes::latin1).toList())
                .find(Bytes.latin1("<" + text + ">").slice(1, 1 + text.length()));
        assertThat(found == null ? null : found.toString()).isEqualTo(first(phrases, text));
    }

    private static @Nullable String first(List<String> phrases, String text) {
        for (int end = 1; end <= text.length(); end++) {
            for (int from = 0; from < end; from++) {
                String part = text.substring(from, end);
                if (phrases.stream().anyMatch(phrase -> Bytes.latin1(phrase).equalsIgnoringCase(Bytes.latin1(part)))) {
                    return part;
                }
            }
        }
        return null;
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append("aAbB\u00c3\u00e3".charAt(random.nextInt(6)));
        }
        return text.toString();
    }
}
