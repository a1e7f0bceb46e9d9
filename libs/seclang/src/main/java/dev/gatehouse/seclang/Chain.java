package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.transform.Transformation;
import java.util.ArrayList;
import java.util.List;

/**
 * Transformations one after the other. Rules that have the same share one, and so do their beginnings: chains form a tree, so that a
 * value is transformed once for all rules.
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
    private final ByteSet touched;
    private final boolean changesAny;
    private final List<Transformation> transformations;
    private final String text;
    private final List<Chain> longer = new ArrayList<>();

    private Chain() {
        this.parent = this;
        this.transformations = List.of();
        this.touched = ByteSet.of(value -> false);
        this.changesAny = false;
        this.text = "t:none";
    }

    private Chain(Chain parent, Transformation last) {
        this.parent = parent;
        List<Transformation> all = new ArrayList<>(parent.transformations);
        all.add(last);
        this.transformations = List.copyOf(all);
        this.touched = parent.touched.or(last.touched());
        this.changesAny = parent.changesAny || last.changesAny();
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

    /** A text without any of them stays as it is, unless it {@link #changesAny}. */
    ByteSet touched() {
        return touched;
    }

    /** Whether a transformation may change any text, also an empty one. */
    boolean changesAny() {
        return changesAny;
    }

    /** False: all transformations leave a text of only such bytes as it is. */
    boolean mayChange(ByteSet bytes) {
        return changesAny || touched.intersects(bytes);
    }

    /** All but the last; itself if it is empty. */
    Chain parent() {
        return parent;
    }

    /** Of an empty chain the transformation that changes nothing. */
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
