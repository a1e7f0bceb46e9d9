package dev.gatehouse.standalone.run;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the instance runs.
 *
 * @param services where the services listen for the Envoys
 * @param accessLog whether the Envoys' access logs go to standard output
 */
public record StandaloneOptions(
        Optional<Path> envoy, InetSocketAddress services, boolean accessLog, Duration drainTime, String logLevel) {
    /** As the arguments of the Quarkus application, which {@link #of} reads. */
    public String[] arguments() {
        return new String[] {
            envoy.map(Path::toString).orElse(""),
            Integer.toString(services.getPort()),
            Boolean.toString(accessLog),
            drainTime.toString(),
            logLevel
        };
    }

    static StandaloneOptions of(String... arguments) {
        return new StandaloneOptions(
                arguments[0].isEmpty() ? Optional.empty() : Optional.of(Path.of(arguments[0])),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1])),
                Boolean.parseBoolean(arguments[2]),
                Duration.parse(arguments[3]),
                arguments[4]);
    }
}
