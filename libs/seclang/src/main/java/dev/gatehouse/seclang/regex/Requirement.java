package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.ByteSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The requirement of a pattern for matching texts: a least length, and literals of which one must occur. Literals are
 * in lower case and Latin-1, and are searched in the text in lower case.
 *
 * @param minLength the least length, in bytes
 * @param literals each matching text contains at least one of these; an empty list: no literal is known
 * @param bytes each matching text contains at least one of these; the set of all bytes: no byte is known
 */
record Requirement(int minLength, List<String> literals, ByteSet bytes) {
    private static final int MOST_BYTES_OF_A_SET = 8;
    private static final int MOST_EXACT = 64;
    private static final int MOST_LITERALS = 512;
    private static final int LONGEST = 16;
    /** The most single-byte literals. Almost every text contains one of many single bytes. */
    private static final int MOST_SINGLE_BYTES = 6;

    static Requirement of(Node node) {
        Found found = find(node);
        Set<String> best = found.exact == null ? found.required : better(found.required, found.exact);
        return new Requirement(Program.width(node)[0], best == null ? List.of() : List.copyOf(best), bytesOf(node));
    }

    /**
     * @param exact all matching texts, if they are few; otherwise null
     * @param required each matching text contains at least one of these; null: none is known
     */
    private record Found(
            @Nullable Set<String> exact, @Nullable Set<String> required) {
        static final Found NOTHING = new Found(null, null);
        static final Found EMPTY = new Found(Set.of(""), null);

        @Nullable
        Set<String> any() {
            return exact == null ? required : better(required, exact);
        }
    }

    private static Found find(Node node) {
        return switch (node) {
            case Node.Empty e -> Found.EMPTY;
            case Node.Assert a -> Found.EMPTY;
            case Node.Look l -> Found.EMPTY;
            case Node.BackReference b -> Found.NOTHING;
            case Node.Group g -> find(g.node());
            case Node.Atomic a -> find(a.node());
            case Node.Bytes b -> bytes(b.set());
            case Node.Sequence s ->
                sequence(s.nodes().stream().map(Requirement::find).toList());
            case Node.Alternatives a -> alternatives(a);
            case Node.Repeat r -> repeat(r);
        };
    }

    private static Found bytes(ByteSet set) {
        Set<String> exact = new LinkedHashSet<>();
        for (int value = 0; value < 256; value++) {
            if (set.has(value)) {
                exact.add(String.valueOf((char) (value >= 'A' && value <= 'Z' ? value + 32 : value)));
            }
        }
        return exact.size() > MOST_BYTES_OF_A_SET ? Found.NOTHING : new Found(exact, null);
    }

    private static Found sequence(List<Found> parts) {
        Set<String> run = Set.of("");
        Set<String> best = null;
        boolean whole = true;
        for (Found part : parts) {
            Set<String> longer = part.exact == null ? null : product(run, part.exact);
            if (longer != null) {
                run = longer;
                continue;
            }
            whole = false;
            best = better(best, run);
            best = better(best, part.any());
            run = part.exact == null ? Set.of("") : part.exact;
        }
        return whole ? new Found(run, null) : new Found(null, better(best, run));
    }

    private static @Nullable Set<String> product(Set<String> heads, Set<String> tails) {
        if ((long) heads.size() * tails.size() > MOST_EXACT) {
            return null;
        }
        Set<String> product = new LinkedHashSet<>();
        for (String head : heads) {
            for (String tail : tails) {
                if (head.length() + tail.length() > LONGEST) {
                    return null;
                }
                product.add(head + tail);
            }
        }
        return product;
    }

    private static Found alternatives(Node.Alternatives a) {
        Set<String> exact = new LinkedHashSet<>();
        Set<String> required = new LinkedHashSet<>();
        boolean allExact = true;
        boolean allRequired = true;
        for (Node each : a.nodes()) {
            Found found = find(each);
            if (found.exact == null) {
                allExact = false;
            } else {
                exact.addAll(found.exact);
            }
            Set<String> any = found.any();
            if (any == null || any.contains("")) {
                allRequired = false;
            } else {
                required.addAll(any);
            }
        }
        Set<String> of = allRequired && required.size() <= MOST_LITERALS ? required : null;
        return new Found(allExact && exact.size() <= MOST_EXACT ? exact : null, of);
    }

    private static Found repeat(Node.Repeat r) {
        Found once = find(r.node());
        if (r.min() == 0) {
            if (r.max() != 1 || once.exact == null) {
                return Found.NOTHING;
            }
            Set<String> exact = new LinkedHashSet<>(once.exact);
            exact.add("");
            return new Found(exact, null);
        }
        List<Found> parts = new ArrayList<>();
        for (int i = 0; i < Math.min(r.min(), LONGEST); i++) {
            parts.add(once);
        }
        if (r.min() != r.max() || r.min() > LONGEST) {
            parts.add(Found.NOTHING);
        }
        return sequence(parts);
    }

    /** A set of bytes of which each match contains at least one. Of several such sets it is the one that the fewest texts contain. */
    private static ByteSet bytesOf(Node node) {
        return switch (node) {
            case Node.Bytes b -> b.set();
            case Node.Group g -> bytesOf(g.node());
            case Node.Atomic a -> bytesOf(a.node());
            case Node.Repeat r -> r.min() == 0 ? ByteSet.ALL : bytesOf(r.node());
            case Node.Sequence s -> {
                ByteSet rarest = ByteSet.ALL;
                for (Node each : s.nodes()) {
                    ByteSet own = bytesOf(each);
                    rarest = commonness(own) < commonness(rarest) ? own : rarest;
                }
                yield rarest;
            }
            case Node.Alternatives a -> {
                ByteSet any = ByteSet.NONE;
                for (Node each : a.nodes()) {
                    any = any.or(bytesOf(each));
                }
                yield any;
            }
            case Node.Empty e -> ByteSet.ALL;
            case Node.Assert a -> ByteSet.ALL;
            case Node.Look l -> ByteSet.ALL;
            case Node.BackReference b -> ByteSet.ALL;
        };
    }

    /** Most bytes of most values are letters and digits. */
    private static int commonness(ByteSet set) {
        int words = 0;
        for (int value = 0; value < 128; value++) {
            words += set.has(value) && ByteSet.WORD.has(value) ? 1 : 0;
        }
        return words * 256 + set.size();
    }

    /** The set that fewer texts contain; null if neither is known. */
    private static @Nullable Set<String> better(@Nullable Set<String> a, @Nullable Set<String> b) {
        int ofA = worth(a);
        int ofB = worth(b);
        if (ofA == 0 && ofB == 0) {
            return null;
        }
        return ofA >= ofB ? a : b;
    }

    private static int worth(@Nullable Set<String> literals) {
        if (literals == null || literals.isEmpty()) {
            return 0;
        }
        int shortest = Integer.MAX_VALUE;
        for (String each : literals) {
            shortest = Math.min(shortest, each.length());
        }
        if (shortest == 1 && literals.size() > MOST_SINGLE_BYTES) {
            return 0;
        }
        return Math.min(shortest, 6) * 1024 - literals.size();
    }
}
