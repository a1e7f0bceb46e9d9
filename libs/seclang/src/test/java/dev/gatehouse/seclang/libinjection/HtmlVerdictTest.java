package dev.gatehouse.seclang.libinjection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class HtmlVerdictTest {
    private static final List<String> PIECES = List.of(
            "<",
            "a",
            " ",
            "/",
            ">",
            "'",
            "\"",
            "`",
            "=",
            "src",
            "onload",
            "style",
            "script",
            "<a ",
            "</a",
            "<!--",
            "--",
            "-!>",
            "<!",
            "<%",
            "%>",
            "<?",
            "\0",
            "javascript:",
            "xlink",
            "attributename",
            "DOCTYPE",
            "[CDATA[",
            "]]>");

    @Property(tries = 20_000)
    void contextsReadSideBySideFindWhatEachFindsAlone(@ForAll long seed) {
        Random random = new Random(seed);
        StringBuilder pieces = new StringBuilder();
        for (int i = random.nextInt(14); i > 0; i--) {
            pieces.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        byte[] text = ("x" + pieces + "y").getBytes(StandardCharsets.ISO_8859_1);
        HtmlVerdict together = new HtmlVerdict(text, 1, text.length - 1);
        for (HtmlTokens.Context context : HtmlTokens.Context.values()) {
            together.begin(context);
        }
        assertThat(together.isAttack())
                .as("%s", pieces)
                .isEqualTo(Stream.of(HtmlTokens.Context.values()).anyMatch(context -> isAttack(text, context)));
    }

    private static boolean isAttack(byte[] text, HtmlTokens.Context context) {
        HtmlVerdict alone = new HtmlVerdict(text, 1, text.length - 1);
        alone.begin(context);
        return alone.isAttack();
    }
}
