package dev.gatehouse.standalone.instance;

import java.util.ArrayList;
import java.util.List;

/** Rows as columns for a terminal. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    /** A table with these heads. */
    public Table(String... heads) {
        rows.add(List.of(heads));
    }

    /** One more row, with a cell for each head. */
    public void row(String... cells) {
        rows.add(List.of(cells));
    }

    /** Its lines; empty where it has no row. */
    public String text() {
        if (rows.size() == 1) {
            return "";
        }
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length - 1; i++) {
                text.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length() + 2);
            }
            text.append(row.getLast()).append('\n');
        }
        return text.toString();
    }
}
