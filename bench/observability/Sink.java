import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** A collector that takes spans by OTLP over HTTP and keeps none. GET tells how many bytes have come. Usage: Sink PORT. */
final class Sink {
    public static void main(String[] arguments) throws Exception {
        AtomicLong bytes = new AtomicLong();
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])), 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                if (exchange.getRequestMethod().equals("GET")) {
                    byte[] text = (bytes.get() + "\n").getBytes();
                    exchange.sendResponseHeaders(200, text.length);
                    exchange.getResponseBody().write(text);
                } else {
                    bytes.addAndGet(exchange.getRequestBody().readAllBytes().length);
                    exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
                    exchange.sendResponseHeaders(200, -1);
                }
            }
        });
        server.start();
        Thread.sleep(Long.MAX_VALUE);
    }
}
