package dev.gatehouse.standalone.signon;

/** Regular expressions that a part of a path must match in Go, for Envoy and authz-svc, which compare the whole. */
final class RouteExpression {
    private RouteExpression() {}

    /** For a path without its query. Anchors may stand anywhere in the expression: both engines know them. */
    static String ofPath(String expression) {
        return "(?s:.*)(?:" + expression + ")(?s:.*)";
    }

    /** For a path that has its query: a "$" at the end stands before the query. */
    static String ofTarget(String expression) {
        boolean toEnd = expression.endsWith("$") && !expression.endsWith("\\$") && !expression.contains("|");
        return toEnd
                ? "[^?]*(?:" + expression.substring(0, expression.length() - 1) + ")(?:\\?(?s:.*))?"
                : "[^?]*(?:" + expression + ")(?s:.*)";
    }
}
