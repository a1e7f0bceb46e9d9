package dev.gatehouse.seclang;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Tells in the course of a phase which rules cannot match what there is. Of one transaction. */
final class Screener {
    private final Values values;
    private final Screen.Scratch scratch = new Screen.Scratch();
    private Screens screens = Screens.NOTHING;
    private long[][] found = {};
    private int version;

    Screener(Values values) {
        this.values = values;
    }

    void begin(Screens phase) {
        screens = phase;
        found = new long[phase.batches()][];
        version = values.version();
    }

    /** Whether no value meets the first condition of the rule, by its place in the phase. */
    boolean rulesOut(int rule) {
        int number = screens.batchOf(rule);
        if (number == Screens.NONE) {
            return false;
        }
        if (version != values.version()) {
            version = values.version();
            Arrays.fill(found, null);
        }
        long @Nullable [] known = found[number];
        long[] bits = known == null ? look(number) : known;
        int bit = screens.bitOf(rule);
        return (bits[bit >> 6] >>> bit & 1) == 0;
    }

    private long[] look(int number) {
        Screens.Batch batch = screens.batch(number);
        long[] bits = new long[batch.words()];
        for (int i = 0; i < batch.targets().size(); i++) {
            Target target = batch.targets().get(i);
            Screen screen = batch.screens().get(i);
            Fields candidates = values.candidates(target);
            for (int n = 0; n < candidates.size(); n++) {
                Field field = candidates.get(n);
                if (target.selector().admits(field)) {
                    screen.find(field, bits, scratch);
                }
            }
        }
        found[number] = bits;
        return bits;
    }
}
