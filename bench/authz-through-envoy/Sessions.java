import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Signs users on and writes a request of each, for HttpLoad. Usage: Sessions PORT PATH COUNT FILE. */
final class Sessions {
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        String path = arguments[1];
        List<Future<String>> all = new ArrayList<>();
        try (ExecutorService users = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
                all.add(users.submit(() -> cookies(port, path)));
            }
        }
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        for (Future<String> cookies : all) {
            requests.writeBytes(("GET " + path + " HTTP/1.1\r\nHost: localhost:" + port
                            + "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0\r\nAccept: application/json\r\nCookie: "
                            + cookies.get() + "\r\n\r\n\0")
                    .getBytes(StandardCharsets.ISO_8859_1));
        }
        Files.write(Path.of(arguments[3]), requests.toByteArray());
    }

    private static String cookies(int port, String path) throws Exception {
        Browser browser = new Browser(port);
        String end = browser.open(path);
        if (!end.equals(path)) {
            throw new IllegalStateException("no sign-on at " + path + ": " + end);
        }
        return browser.cookies();
    }
}
