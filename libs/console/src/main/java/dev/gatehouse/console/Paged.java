package dev.gatehouse.console;

import dev.gatehouse.console.model.Shown;
import java.util.List;

/**
 * A part of a list that is too long for one page.
 *
 * @param number of the page, from 1
 * @param total how many entries there are on all pages
 * @param address of a page, but for its number
 */
record Paged<T>(List<T> entries, int number, int pages, int total, String address) implements Shown {
    static final int SIZE = 50;

    Paged {
        entries = List.copyOf(entries);
    }

    /** The page {@code number}; the last, where there are fewer. */
    static <T> Paged<T> of(List<T> all, int number, String address) {
        int pages = Math.max(1, (all.size() + SIZE - 1) / SIZE);
        int shown = Math.min(number, pages);
        return new Paged<>(
                all.subList((shown - 1) * SIZE, Math.min(shown * SIZE, all.size())), shown, pages, all.size(), address);
    }

    @Override
    public Object field(String component) {
        return switch (component) {
            case "entries" -> entries;
            case "number" -> number;
            case "pages" -> pages;
            case "total" -> total;
            case "first" -> entries.isEmpty() ? 0 : (number - 1) * SIZE + 1;
            case "last" -> (number - 1) * SIZE + entries.size();
            case "previous" -> number > 1 ? address + "page=" + (number - 1) : "";
            case "next" -> number < pages ? address + "page=" + (number + 1) : "";
            default -> throw Shown.unknown(this, component);
        };
    }
}
