package dev.gatehouse.console;

import dev.gatehouse.console.model.Shown;
import java.util.List;

/**
 * A part of a list that is too long for one page.
 *
 * @param number of the page, from 1
 * @param total how many entries there are on all pages
 * @param size how many are on a page at most
 * @param address of a page, but for its number
 */
record Paged<T>(List<T> entries, int number, int pages, int total, int size, String address) implements Shown {
    Paged {
        entries = List.copyOf(entries);
    }

    /** The page {@code number}; the last, where there are fewer. */
    static <T> Paged<T> of(List<T> all, int number, int size, String address) {
        int pages = Math.max(1, (all.size() + size - 1) / size);
        int shown = Math.min(number, pages);
        return new Paged<>(
                all.subList((shown - 1) * size, Math.min(shown * size, all.size())),
                shown,
                pages,
                all.size(),
                size,
                address);
    }

    @Override
    public Object field(String component) {
        return switch (component) {
            case "entries" -> entries;
            case "number" -> number;
            case "pages" -> pages;
            case "total" -> total;
            case "first" -> entries.isEmpty() ? 0 : (number - 1) * size + 1;
            case "last" -> (number - 1) * size + entries.size();
            case "previous" -> number > 1 ? address + "page=" + (number - 1) : "";
            case "next" -> number < pages ? address + "page=" + (number + 1) : "";
            default -> throw Shown.unknown(this, component);
        };
    }
}
