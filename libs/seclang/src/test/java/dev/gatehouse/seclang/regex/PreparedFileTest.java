package dev.gatehouse.seclang.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.seclang.bytes.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Patterns that were written down are what they were; what else comes is refused. */
class PreparedFileTest {
    private static final String ENGINE = "this one";
    private static final long STEPS = 100_000;

    private final AutomatonMemory memory = new AutomatonMemory(1 << 20);

    @Property(tries = 1_000)
    void whatIsReadFindsWhatWasWritten(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        List<Regex> written = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            written.add(pattern(random));
        }
        List<PreparedFile.Entry> read = PreparedFile.read(PreparedFile.write(entries(written), ENGINE), ENGINE);
        for (int n = 0; n < written.size(); n++) {
            Regex before = written.get(n);
            Regex after = Regex.of(before.source(), read.get(n).compiled(), memory);
            assertThat(after.groupCount()).isEqualTo(before.groupCount());
            assertThat(after.isLinear()).isEqualTo(before.isLinear());
            assertThat(after.requirement()).isEqualTo(before.requirement());
            for (int i = 0; i < 10; i++) {
                byte[] text = RegexDifferentialTest.text(random).getBytes(StandardCharsets.ISO_8859_1);
                assertThat(after.search(text, 0, text.length, STEPS))
                        .as("%s in \"%s\"", before.source().pattern(), Arrays.toString(text))
                        .isEqualTo(before.search(text, 0, text.length, STEPS));
                assertThat(after.groups(text, 0, text.length, STEPS))
                        .isEqualTo(before.groups(text, 0, text.length, STEPS));
            }
        }
    }

    @Property(tries = 1_000)
    void aProgramThatIsReadStaysInsideOfItsArraysWhateverItsNumbersAre(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        byte[] file = PreparedFile.write(entries(List.of(pattern(random))), ENGINE);
        for (int i = 0; i <= random.nextInt(3); i++) {
            file[8 + random.nextInt(file.length - 8)] =
                    (byte) (random.nextBoolean() ? random.nextInt(20) : random.nextInt());
        }
        ByteBuffer.wrap(file).putInt(4, PreparedFile.checksum(file, 8));
        List<PreparedFile.Entry> read;
        try {
            read = PreparedFile.read(file, ENGINE);
        } catch (PreparedFile.Unusable e) {
            assertThat(e).hasMessageMatching("(?s).+");
            return;
        }
        for (PreparedFile.Entry each : read) {
            Regex.Source source = new Regex.Source(Bytes.of(each.pattern()), Set.of());
            byte[] text = RegexDifferentialTest.text(random).getBytes(StandardCharsets.ISO_8859_1);
            Regex regex = Regex.of(source, each.compiled(), memory);
            if (regex.isLinear()) {
                assertThat(regex.search(text, 0, text.length, STEPS)).isNotNull();
            }
        }
    }

    @Test
    void aFileThatIsDamagedAnywhereIsRefused() throws Exception {
        byte[] file = PreparedFile.write(entries(List.of(compile("a(b|c)*\\d"))), ENGINE);
        for (int at = 0; at < file.length; at++) {
            byte[] damaged = file.clone();
            damaged[at] ^= 0x10;
            assertThatThrownBy(() -> PreparedFile.read(damaged, ENGINE))
                    .as("byte %d", at)
                    .isInstanceOf(PreparedFile.Unusable.class);
        }
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> PreparedFile.read(cut, ENGINE)).isInstanceOf(PreparedFile.Unusable.class);
        }
    }

    @Test
    void whatAnotherEngineWroteIsRefused() throws Exception {
        byte[] file = PreparedFile.write(entries(List.of(compile("a"))), "an older one");
        assertThatThrownBy(() -> PreparedFile.read(file, ENGINE))
                .hasMessage("engine \"an older one\" wrote it (expected: \"this one\")");
        byte[] unknown = PreparedFile.write(entries(List.of(compile("a"))), "");
        assertThatThrownBy(() -> PreparedFile.read(unknown, "")).isInstanceOf(PreparedFile.Unusable.class);
    }

    @Test
    void theSamePatternsAreTheSameBytes() throws Exception {
        assertThat(PreparedFile.write(entries(List.of(compile("(?<=a|bc)x(?:y?)+z"), compile("[a-z]+@"))), ENGINE))
                .isEqualTo(PreparedFile.write(
                        entries(List.of(compile("(?<=a|bc)x(?:y?)+z"), compile("[a-z]+@"))), ENGINE));
    }

    @Test
    void aPatternIsFoundByItsBytesAndFlagsAndAnotherIsCompiled() throws Exception {
        RecordedPatterns recorded = new RecordedPatterns();
        Set<Regex.Flag> lines = Set.of(Regex.Flag.MULTI_LINE);
        recorded.compile(bytes("^b"), lines, memory);
        PreparedPatterns.Outcome read = PreparedPatterns.read(recorded.write());
        assertThat(read).isInstanceOf(PreparedPatterns.Read.class);
        Patterns patterns = ((PreparedPatterns.Read) read).patterns();
        byte[] text = bytes("a\nb");
        assertThat(patterns.compile(bytes("^b"), lines, memory).search(text, 0, 3, STEPS))
                .isEqualTo(Regex.Outcome.FOUND);
        assertThat(patterns.compile(bytes("^b"), Set.of(), memory).search(text, 0, 3, STEPS))
                .isEqualTo(Regex.Outcome.NOT_FOUND);
        assertThat(patterns.compile(bytes("a.b"), lines, memory).search(text, 0, 3, STEPS))
                .isEqualTo(Regex.Outcome.FOUND);
    }

    private Regex pattern(Random random) throws RegexSyntaxException {
        return compile(RegexDifferentialTest.pattern(random, 3, random.nextBoolean()));
    }

    private Regex compile(String pattern) throws RegexSyntaxException {
        return Regex.compile(pattern.getBytes(StandardCharsets.ISO_8859_1), Set.of(), memory);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<PreparedFile.Entry> entries(List<Regex> patterns) {
        return patterns.stream()
                .map(each -> new PreparedFile.Entry(
                        each.source().pattern().toArray(),
                        Regex.Flag.bits(each.source().flags()),
                        each.compiled()))
                .toList();
    }
}
