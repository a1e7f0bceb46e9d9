package dev.gatehouse.seclang.regex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class LiteralScannerTest {
    @Property(tries = 2_000)
    void ofEachOwnerItTellsWhetherTheTextHasOneOfItsLiterals(@ForAll long seed) {
        Random random = new Random(seed);
        List<List<String>> literals = new ArrayList<>();
        for (int owner = 0; owner < 1 + random.nextInt(70); owner++) {
            List<String> own = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                own.add(text(random, 1 + random.nextInt(5)).toLowerCase(Locale.ROOT));
            }
            literals.add(own);
        }
        LiteralScanner scanner = new LiteralScanner(literals);
        // Long and short ones are scanned by loops of their own.
        String text = text(random, random.nextInt(random.nextBoolean() ? 20 : 200));
        long[] found = new long[2];
        scanner.scan(text.getBytes(StandardCharsets.ISO_8859_1), 0, text.length(), found);
        for (int owner = 0; owner < literals.size(); owner++) {
            assertThat((found[owner >> 6] >>> owner & 1) != 0)
                    .as("%s in %s", literals.get(owner), text)
                    .isEqualTo(literals.get(owner).stream().anyMatch(text.toLowerCase(Locale.ROOT)::contains));
        }
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append("aAbB1/".charAt(random.nextInt(6)));
        }
        return text.toString();
    }
}
