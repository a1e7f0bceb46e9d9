package dev.gatehouse.standalone.imports;

import dev.gatehouse.gatewayapi.yaml.Location;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What became of each option, annotation or object of an import. For one thread. */
public final class Report {
    /** What became of an option. */
    public sealed interface Outcome {
        /** @param where the object and field that do the same now */
        record TakenOver(String where) implements Outcome {}

        /** The option has no purpose here. */
        record NotNeeded(String reason) implements Outcome {}

        /** Users or backends see a difference; nobody is let in who was not before. */
        record Differs(String how) implements Outcome {}

        /** A gap in access control: the imported objects would let in other clients, or under other conditions. */
        record Gap(String instead) implements Outcome {}

        /** The value is wrong. */
        record Wrong(String problem) implements Outcome {}
    }

    /** @param location empty: a default, which no file says */
    public record Entry(Optional<Location> location, String option, Outcome outcome) {
        @Override
        public String toString() {
            String place = location.map(Location::toString).orElse("(default)");
            return place + ": " + option + ": "
                    + switch (outcome) {
                        case Outcome.TakenOver taken -> "taken over as " + taken.where();
                        case Outcome.NotNeeded not -> "not needed: " + not.reason();
                        case Outcome.Differs differs -> "differs: " + differs.how();
                        case Outcome.Gap gap -> "has no counterpart: " + gap.instead();
                        case Outcome.Wrong wrong -> "error: " + wrong.problem();
                    };
        }
    }

    private static final Comparator<Entry> ORDER = Comparator.<Entry, Boolean>comparing(
                    entry -> entry.location().isEmpty())
            .thenComparing(entry -> entry.location().map(Location::file).orElse(""))
            .thenComparing(entry -> entry.location().map(Location::line).orElse(0))
            .thenComparing(entry -> entry.location().map(Location::column).orElse(0));

    private final List<Entry> entries = new ArrayList<>();

    public void takenOver(Setting setting, String where) {
        add(setting, new Outcome.TakenOver(where));
    }

    public void notNeeded(Setting setting, String reason) {
        add(setting, new Outcome.NotNeeded(reason));
    }

    public void differs(Setting setting, String how) {
        add(setting, new Outcome.Differs(how));
    }

    public void gap(Setting setting, String instead) {
        add(setting, new Outcome.Gap(instead));
    }

    public void wrong(Setting setting, String problem) {
        add(setting, new Outcome.Wrong(problem));
    }

    public void wrong(Location location, String option, String problem) {
        entries.add(new Entry(Optional.of(location), option, new Outcome.Wrong(problem)));
    }

    /** Of something that no option says. */
    public void add(String option, Outcome outcome) {
        entries.add(new Entry(Optional.empty(), option, outcome));
    }

    private void add(Setting setting, Outcome outcome) {
        entries.add(new Entry(Optional.of(setting.location()), setting.name(), outcome));
    }

    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    public boolean hasErrors() {
        return entries.stream().anyMatch(entry -> entry.outcome() instanceof Outcome.Wrong);
    }

    public boolean hasGaps() {
        return entries.stream().anyMatch(entry -> entry.outcome() instanceof Outcome.Gap);
    }

    /** Prints the entries in the order of the files; defaults, which no file says, come last. */
    public void print(PrintWriter out) {
        entries.stream().sorted(ORDER).map(Entry::toString).distinct().forEach(out::println);
        out.flush();
    }
}
