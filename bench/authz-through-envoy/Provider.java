import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.testkit.OpenIdProvider;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;

/**
 * The test kit's OpenID provider as a process. Usage: Provider PORT TOKEN_SECONDS. Prints its issuer. At PORT: /calls/NAME says how often an endpoint was called,
 * /token gives a JWT of it that is good for an hour.
 */
final class Provider {
    public static void main(String[] arguments) throws Exception {
        OpenIdProvider provider = new OpenIdProvider(InstantSource.system());
        // Envoy's oauth2 filter does not encode the characters of the test kit's own.
        provider.secret = "secret";
        provider.tokenSeconds = Long.parseLong(arguments[1]);
        HttpServer control = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), 0);
        control.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            String answer;
            try {
                answer = path.startsWith("/calls/")
                        ? Integer.toString(provider.calls(path.substring("/calls/".length())))
                        : provider.sign(new TreeMap<>(Map.of(
                                "iss", provider.issuer(),
                                "aud", "bench",
                                "sub", "alice",
                                "exp", InstantSource.system().instant().getEpochSecond() + 3600)));
            } catch (com.nimbusds.jose.JOSEException e) {
                throw new IllegalStateException(e);
            }
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        control.start();
        System.out.println(provider.issuer());
    }
}
