package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.ByteSet;
import java.util.List;

/** A pattern as a tree. */
sealed interface Node {
    /** Matches the empty text. */
    record Empty() implements Node {}

    /** Matches one byte of a set. An empty set never matches. */
    record Bytes(ByteSet set) implements Node {}

    record Sequence(List<Node> nodes) implements Node {
        public Sequence {
            nodes = List.copyOf(nodes);
        }
    }

    /** Matches the first alternative that leads to a match. */
    record Alternatives(List<Node> nodes) implements Node {
        public Alternatives {
            nodes = List.copyOf(nodes);
        }
    }

    /** @param max the most repetitions; {@link #UNBOUNDED}: no limit */
    record Repeat(Node node, int min, int max, boolean greedy) implements Node {
        static final int UNBOUNDED = -1;
    }

    /** A capturing group, from 1. */
    record Group(int number, Node node) implements Node {}

    record Assert(Assertion assertion) implements Node {}

    /** Matches the group's last text again. */
    record BackReference(int group, boolean ignoreCase) implements Node {}

    /** Matches its first way only, without backtracking into it. */
    record Atomic(Node node) implements Node {}

    record Look(boolean ahead, boolean negative, Node node) implements Node {}

    /** Whether a pattern with this node needs backtracking, since no automaton recognises it. */
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
