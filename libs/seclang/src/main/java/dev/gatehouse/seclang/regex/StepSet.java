package dev.gatehouse.seclang.regex;

/** A set of steps of a program in the order of their addition. Clearing takes constant time. Not thread-safe. */
final class StepSet {
    final int[] members;
    private final int[] placeOf;
    int size;

    StepSet(int capacity) {
        members = new int[capacity];
        placeOf = new int[capacity];
    }

    /** Adds a step; returns false if the set already contained it. */
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
