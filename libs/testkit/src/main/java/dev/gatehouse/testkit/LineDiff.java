package dev.gatehouse.testkit;

import java.util.List;

/** Which lines two texts do not share, with some lines around them (longest common subsequence). */
final class LineDiff {
    private static final int AROUND = 3;

    private LineDiff() {}

    static String of(String expected, String actual) {
        List<String> left = expected.lines().toList();
        List<String> right = actual.lines().toList();
        int head = 0;
        while (head < left.size() && head < right.size() && left.get(head).equals(right.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < left.size() - head
                && tail < right.size() - head
                && left.get(left.size() - 1 - tail).equals(right.get(right.size() - 1 - tail))) {
            tail++;
        }
        StringBuilder out = new StringBuilder();
        int from = Math.max(0, head - AROUND);
        out.append("@@ line ").append(from + 1).append('\n');
        for (String line : left.subList(from, head)) {
            out.append("  ").append(line).append('\n');
        }
        middle(left.subList(head, left.size() - tail), right.subList(head, right.size() - tail), out);
        for (String line : left.subList(left.size() - tail, Math.min(left.size(), left.size() - tail + AROUND))) {
            out.append("  ").append(line).append('\n');
        }
        if (left.equals(right)) {
            out.append("only the ends of lines differ\n");
        }
        return out.toString();
    }

    private static void middle(List<String> left, List<String> right, StringBuilder out) {
        int[][] common = new int[left.size() + 1][right.size() + 1];
        for (int i = left.size() - 1; i >= 0; i--) {
            for (int j = right.size() - 1; j >= 0; j--) {
                common[i][j] = left.get(i).equals(right.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < left.size() || j < right.size()) {
            if (i < left.size() && j < right.size() && left.get(i).equals(right.get(j))) {
                out.append("  ").append(left.get(i)).append('\n');
                i++;
                j++;
            } else if (j == right.size() || (i < left.size() && common[i + 1][j] >= common[i][j + 1])) {
                out.append("- ").append(left.get(i)).append('\n');
                i++;
            } else {
                out.append("+ ").append(right.get(j)).append('\n');
                j++;
            }
        }
    }
}
