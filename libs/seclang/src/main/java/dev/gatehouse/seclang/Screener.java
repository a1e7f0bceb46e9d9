package dev.gatehouse.seclang;

import java.util.Arrays;

/** Finds, during a phase, the rules that cannot match the present values. Used for one phase after the other, by one thread at a time. */
final class Screener {
    private final Screen.Scratch scratch = new Screen.Scratch();
    private Screens screens = Screens.NOTHING;
    /** The result bits of each look. */
    private long[][] found = {};
    /** Whether each look was done. */
    private boolean[] looked = {};

    private int version;

    void begin(Screens phase, Values values) {
        screens = phase;
        if (found.length < phase.size()) {
            found = new long[phase.size()][];
            looked = new boolean[phase.size()];
        }
        Arrays.fill(looked, 0, phase.size(), false);
        version = values.version();
    }

    /** Whether no value can meet the first condition of the rule at index {@code rule} of the phase. */
    boolean rulesOut(int rule, Values values) {
        int[] looks = screens.looksOf(rule);
        if (looks.length == 0) {
            return false;
        }
        if (version != values.version()) {
            version = values.version();
            Arrays.fill(looked, 0, screens.size(), false);
        }
        int bit = screens.bitOf(rule);
        for (int look : looks) {
            if (!looked[look]) {
                look(look, values);
            }
            if ((found[look][bit >> 6] >>> bit & 1) != 0) {
                return false;
            }
        }
        return true;
    }

    private void look(int number, Values values) {
        Screens.Look look = screens.look(number);
        if (found[number] == null || found[number].length < look.words()) {
            found[number] = new long[look.words()];
        }
        Arrays.fill(found[number], 0);
        looked[number] = true;
        Fields candidates = values.candidates(look.target());
        if (candidates.size() > 0) {
            look.screen().find(candidates, look.target().selector(), found[number], scratch);
        }
    }

    /** Ends the phase and releases all references to the transaction. */
    void end() {
        screens = Screens.NOTHING;
        scratch.forget();
    }
}
