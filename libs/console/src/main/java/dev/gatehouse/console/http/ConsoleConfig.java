package dev.gatehouse.console.http;

import dev.gatehouse.grpcserver.admin.Visitors;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** {@code gatehouse.console.*}. As environment variables: {@code GATEHOUSE_CONSOLE_ENABLED} and so on. */
@ConfigMapping(prefix = "gatehouse.console")
public interface ConsoleConfig {
    /** Whether there is a console. */
    @WithDefault("true")
    boolean enabled();

    /** Only connections from this host itself, or this pod, are answered: by a port-forward through the API server, too. */
    @WithDefault("true")
    boolean loopbackOnly();

    /**
     * Additional host names under which the console is reached, such as the name of a proxy in front of it. Localhost
     * and loopback addresses are always allowed.
     */
    Optional<List<String>> hosts();

    /** Who may see the console. */
    default Visitors visitors() {
        return new Visitors(
                loopbackOnly(),
                hosts().orElse(List.of()),
                "Use a port-forward, or set gatehouse.console.loopback-only=false.",
                "localhost, an address of loopback, or one of gatehouse.console.hosts");
    }
}
