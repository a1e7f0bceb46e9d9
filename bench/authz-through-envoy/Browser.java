import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/** A browser of one user: keeps cookies, Secure ones too, since all is on the same machine, and follows redirects. Its tabs may be threads. */
final class Browser {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String origin;
    private final Map<String, String> cookies = new ConcurrentSkipListMap<>();

    Browser(int port) {
        origin = "http://localhost:" + port;
    }

    /** What it sends in the Cookie header. */
    String cookies() {
        return cookies.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
    }

    int count() {
        return cookies.size();
    }

    HttpResponse<String> get(String address, String accept) throws Exception {
        URI uri = URI.create(origin).resolve(address);
        boolean own = uri.toString().startsWith(origin);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("Accept", accept);
        if (own && !cookies.isEmpty()) {
            request.header("Cookie", cookies());
        }
        HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
        if (own) {
            response.headers().allValues("set-cookie").forEach(this::keep);
        }
        return response;
    }

    private void keep(String cookie) {
        String[] pair = cookie.split(";", 2)[0].split("=", 2);
        if (pair[1].isEmpty() || cookie.toLowerCase().contains("max-age=0")) {
            cookies.remove(pair[0]);
        } else {
            cookies.put(pair[0], pair[1]);
        }
    }

    /** Opens a page, and goes wherever that leads; the address where it ends, or the status if that is not 200. */
    String open(String path) throws Exception {
        String address = path;
        HttpResponse<String> response = get(address, "text/html");
        for (int i = 0; i < 15 && response.statusCode() / 100 == 3; i++) {
            address = URI.create(origin)
                    .resolve(address)
                    .resolve(response.headers().firstValue("location").orElseThrow())
                    .toString();
            response = get(address, "text/html");
        }
        return response.statusCode() == 200
                ? address.substring(address.startsWith(origin) ? origin.length() : 0)
                : "status " + response.statusCode() + ": " + response.body();
    }
}
