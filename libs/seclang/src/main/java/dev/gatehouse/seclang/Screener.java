package dev.gatehouse.seclang;

import java.util.Arrays;

/** Tells in the course of a phase which rules cannot match what there is. Used for one phase after the other, by one thread at a time. */
final class Screener {
    private final Screen.Scratch scratch = new Screen.Scratch();
    private Screens screens = Screens.NOTHING;
    /** What each look has found. */
    private long[][] found = {};
    /** Of each look whether it was taken. */
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

    /** Whether no value meets the first condition of the rule, by its place in the phase. */
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

    /** The phase is over: nothing of the transaction stays. */
    void end() {
        screens = Screens.NOTHING;
        scratch.forget();
    }
}
