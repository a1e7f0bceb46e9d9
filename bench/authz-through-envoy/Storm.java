import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What many requests at once do to one session. Usage: Storm PORT PATH CONTROL TOKEN_SECONDS REQUESTS TABS ABORTED, where CONTROL is the port of
 * {@link Provider}. Prints what came of it; exit code 1 if a session was lost, or the provider was asked more than once.
 */
final class Storm {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        String path = arguments[1];
        int control = Integer.parseInt(arguments[2]);
        long seconds = Long.parseLong(arguments[3]);
        boolean good = true;
        Browser browser = new Browser(port);
        if (!browser.open(path).equals(path)) {
            throw new IllegalStateException("no sign-on at " + path);
        }
        for (int round = 1; round <= 3; round++) {
            Thread.sleep(1000 * seconds + 1000);
            int before = calls(control);
            long start = System.nanoTime();
            Map<String, Integer> answers = tally(Integer.parseInt(arguments[4]), i -> {
                int status = browser.get(path + "?request=" + i, "application/json").statusCode();
                return Integer.toString(status);
            });
            int asked = calls(control) - before;
            System.out.printf(
                    "an expired session, round %d: %s requests at once, answers %s, calls of the token endpoint %d, %d ms%n",
                    round, arguments[4], answers, asked, (System.nanoTime() - start) / 1_000_000);
            good &= asked == 1 && answers.keySet().equals(java.util.Set.of("200"));
        }
        Browser fresh = new Browser(port);
        Map<String, Integer> tabs = tally(Integer.parseInt(arguments[5]), i -> {
            String page = path + "?tab=" + i;
            String end = fresh.open(page);
            return end.equals(page) ? "where it wanted" : end;
        });
        System.out.printf("%s tabs without a session at once: %s; cookies afterwards %d%n", arguments[5], tabs, fresh.count());
        good &= tabs.keySet().equals(java.util.Set.of("where it wanted"));
        Browser aborting = new Browser(port);
        Map<String, Integer> aborted = tally(Integer.parseInt(arguments[6]), i -> Integer.toString(
                aborting.get(path + "?aborted=" + i, "text/html").statusCode()));
        System.out.printf("%s logins that a browser leaves: answers %s; its cookies %d", arguments[6], aborted, aborting.count());
        String end = aborting.open(path);
        System.out.printf(", after one that it finishes %d%n", aborting.count());
        good &= end.equals(path);
        System.exit(good ? 0 : 1);
    }

    private interface Request {
        String send(int number) throws Exception;
    }

    /** How many requests had which result, sent at once. */
    private static Map<String, Integer> tally(int count, Request request) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<Future<String>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                int number = i;
                results.add(threads.submit(() -> {
                    start.await();
                    return request.send(number);
                }));
            }
            start.countDown();
        }
        Map<String, Integer> tally = new TreeMap<>();
        for (Future<String> result : results) {
            tally.merge(result.get(), 1, Integer::sum);
        }
        return tally;
    }

    private static int calls(int control) throws Exception {
        HttpRequest ask = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + control + "/calls/token")).build();
        return Integer.parseInt(HTTP.send(ask, BodyHandlers.ofString()).body());
    }
}
