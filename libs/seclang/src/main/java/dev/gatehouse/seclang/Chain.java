package dev.gatehouse.seclang;

import dev.gatehouse.seclang.transform.Transformation;
import java.util.ArrayList;
import java.util.List;

/**
 * A sequence of transformations. Rules with equal sequences share one chain, and sequences with a common beginning
 * share its chain. Chains form a tree, so that a value is transformed once for all rules.
 */
final class Chain {
    /** All chains of a rule set. Used while it is compiled. */
    static final class Tree {
        private final Chain empty = new Chain();

        /** The chain of these transformations. */
        Chain of(List<Transformation> transformations) {
            Chain chain = empty;
            for (Transformation transformation : transformations) {
                chain = chain.then(transformation);
            }
            return chain;
        }
    }

    private final Chain parent;
    /** The bits of the transformations. */
    private final long bits;

    private final List<Transformation> transformations;
    private final String text;
    private final List<Chain> longer = new ArrayList<>();

    private Chain() {
        this.parent = this;
        this.transformations = List.of();
        this.bits = 0;
        this.text = "t:none";
    }

    private Chain(Chain parent, Transformation last) {
        this.parent = parent;
        List<Transformation> all = new ArrayList<>(parent.transformations);
        all.add(last);
        this.transformations = List.copyOf(all);
        this.bits = parent.bits | last.bit();
        this.text = String.join(
                ",", transformations.stream().map(Transformation::toString).toList());
    }

    private Chain then(Transformation transformation) {
        for (Chain known : longer) {
            if (known.last() == transformation) {
                return known;
            }
        }
        Chain next = new Chain(this, transformation);
        longer.add(next);
        return next;
    }

    boolean isEmpty() {
        return transformations.isEmpty();
    }

    /** False if all transformations of the chain leave the text unchanged. */
    boolean mayChange(Text text) {
        return (bits & text.changing()) != 0;
    }

    /** The chain without its last transformation; the empty chain is its own parent. */
    Chain parent() {
        return parent;
    }

    /** The last transformation; of the empty chain a transformation that changes nothing. */
    Transformation last() {
        return isEmpty() ? Transformation.NONE : transformations.getLast();
    }

    List<Transformation> transformations() {
        return transformations;
    }

    @Override
    public String toString() {
        return text;
    }
}
