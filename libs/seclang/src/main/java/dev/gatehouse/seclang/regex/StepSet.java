package dev.gatehouse.seclang.regex;

/** A set of steps of a program in the order in which they were added; emptied in no time. Not for several threads. */
final class StepSet {
    final int[] members;
    private final int[] placeOf;
    int size;

    StepSet(int capacity) {
        members = new int[capacity];
        placeOf = new int[capacity];
    }

    /** False: it was there. */
    boolean add(int step) {
        int place = placeOf[step];
        if (place < size && members[place] == step) {
            return false;
        }
        placeOf[step] = size;
        members[size++] = step;
        return true;
    }

    void clear() {
        size = 0;
    }
}
