package dev.gatehouse.console;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What proxies have counted of their clients' requests since they started.
 *
 * @param classes requests by the first digit of their status
 * @param durations how many took at most so many milliseconds: Envoy's histogram {@code downstream_rq_time}, each bucket with those before
 */
public record ProxyCounters(TreeMap<Integer, Double> classes, TreeMap<Double, Double> durations) {
    /** Nothing counted. */
    public static final ProxyCounters NONE = new ProxyCounters(new TreeMap<>(), new TreeMap<>());

    private static final Pattern REQUESTS =
            Pattern.compile("envoy_http_downstream_rq_xx\\{(?<labels>[^}]*)\\} (?<value>[0-9.eE+]+)");
    private static final Pattern BUCKET =
            Pattern.compile("envoy_http_downstream_rq_time_bucket\\{(?<labels>[^}]*)\\} (?<value>[0-9.eE+]+)");
    private static final Pattern CLASS = Pattern.compile("envoy_response_code_class=\"(\\d)\"");
    private static final Pattern LIMIT = Pattern.compile("le=\"([^\"]+)\"");
    private static final Pattern PREFIX = Pattern.compile("envoy_http_conn_manager_prefix=\"([^\"]*)\"");

    public ProxyCounters {
        classes = new TreeMap<>(classes);
        durations = new TreeMap<>(durations);
    }

    @Override
    public TreeMap<Integer, Double> classes() {
        return new TreeMap<>(classes);
    }

    @Override
    public TreeMap<Double, Double> durations() {
        return new TreeMap<>(durations);
    }

    /** Reads Envoy's {@code /stats/prometheus}; requests to the proxy's own pages do not count. */
    public static ProxyCounters of(String text) {
        TreeMap<Integer, Double> classes = new TreeMap<>();
        TreeMap<Double, Double> durations = new TreeMap<>();
        text.lines()
                .filter(line -> line.startsWith("envoy_http_downstream_rq_"))
                .forEach(line -> {
                    Matcher requests = REQUESTS.matcher(line);
                    Matcher bucket = BUCKET.matcher(line);
                    if (requests.matches() && ofClients(requests.group("labels"))) {
                        Matcher digit = CLASS.matcher(requests.group("labels"));
                        if (digit.find()) {
                            classes.merge(
                                    Integer.valueOf(digit.group(1)),
                                    Double.valueOf(requests.group("value")),
                                    Double::sum);
                        }
                    } else if (bucket.matches() && ofClients(bucket.group("labels"))) {
                        Matcher limit = LIMIT.matcher(bucket.group("labels"));
                        if (limit.find()) {
                            durations.merge(
                                    limit.group(1).equals("+Inf")
                                            ? Double.POSITIVE_INFINITY
                                            : Double.parseDouble(limit.group(1)),
                                    Double.valueOf(bucket.group("value")),
                                    Double::sum);
                        }
                    }
                });
        return new ProxyCounters(classes, durations);
    }

    /** The connection managers of listeners have the Gateway's name; "admin" and "eg-stats-http" are of the proxy's own pages. */
    private static boolean ofClients(String labels) {
        Matcher prefix = PREFIX.matcher(labels);
        return prefix.find()
                && !prefix.group(1).equals("admin")
                && !prefix.group(1).startsWith("eg-");
    }

    double total() {
        return classes.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    double ofClass(int digit) {
        return classes.getOrDefault(digit, 0.0);
    }

    ProxyCounters plus(ProxyCounters other) {
        ProxyCounters sum = new ProxyCounters(classes, durations);
        other.classes.forEach((key, value) -> sum.classes.merge(key, value, Double::sum));
        other.durations.forEach((key, value) -> sum.durations.merge(key, value, Double::sum));
        return sum;
    }

    /** The counts since {@code before}; all counts if the proxy has restarted and counts from zero. */
    ProxyCounters since(ProxyCounters before) {
        return restarted(classes, before.classes) || restarted(durations, before.durations)
                ? this
                : new ProxyCounters(minus(classes, before.classes), minus(durations, before.durations));
    }

    private static <K> boolean restarted(Map<K, Double> now, Map<K, Double> before) {
        return before.entrySet().stream().anyMatch(each -> now.getOrDefault(each.getKey(), 0.0) < each.getValue());
    }

    private static <K extends Comparable<K>> TreeMap<K, Double> minus(Map<K, Double> now, Map<K, Double> before) {
        TreeMap<K, Double> change = new TreeMap<>();
        now.forEach((key, value) -> change.put(key, value - before.getOrDefault(key, 0.0)));
        return change;
    }
}
