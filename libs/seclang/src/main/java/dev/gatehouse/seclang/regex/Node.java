package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.ByteSet;
import java.util.List;

/** A pattern as a tree. */
sealed interface Node {
    /** Matches without taking a byte. */
    record Empty() implements Node {}

    /** One byte of a set; of an empty one: never. */
    record Bytes(ByteSet set) implements Node {}

    record Sequence(List<Node> nodes) implements Node {
        public Sequence {
            nodes = List.copyOf(nodes);
        }
    }

    /** The first that leads to a match. */
    record Alternatives(List<Node> nodes) implements Node {
        public Alternatives {
            nodes = List.copyOf(nodes);
        }
    }

    /** @param max {@link #UNBOUNDED}: any number */
    record Repeat(Node node, int min, int max, boolean greedy) implements Node {
        static final int UNBOUNDED = -1;
    }

    /** A capturing group, from 1. */
    record Group(int number, Node node) implements Node {}

    record Assert(Assertion assertion) implements Node {}

    /** What the group last took, once more. */
    record BackReference(int group, boolean ignoreCase) implements Node {}

    /** Does not give back what it took. */
    record Atomic(Node node) implements Node {}

    record Look(boolean ahead, boolean negative, Node node) implements Node {}

    /** Whether a pattern with it is beyond what an automaton recognises. */
    static boolean needsBacktracking(Node node) {
        return switch (node) {
            case Empty e -> false;
            case Bytes b -> false;
            case Sequence s -> s.nodes().stream().anyMatch(Node::needsBacktracking);
            case Alternatives a -> a.nodes().stream().anyMatch(Node::needsBacktracking);
            case Repeat r -> needsBacktracking(r.node());
            case Group g -> needsBacktracking(g.node());
            case Assert a -> a.assertion() == Assertion.END_TEXT_OR_LAST_NEWLINE;
            case BackReference b -> true;
            case Atomic a -> true;
            case Look l -> true;
        };
    }
}
