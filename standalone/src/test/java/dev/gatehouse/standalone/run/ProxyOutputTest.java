package dev.gatehouse.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ProxyOutputTest {
    private static final String REQUEST = """
            {":authority":"a","downstream_local_address":"127.0.0.1:80","start_time":"2026-11-30T08:00:00.000Z",\
            "x-envoy-origin-path":"/"}""";

    private final ProxyOutput output = new ProxyOutput();

    @Test
    void aRequestIsOfTheDefaultLogUnlessTheEnvoyProxyHasLogsOfItsOwn() {
        assertThat(output.kind("ns/a", REQUEST)).isEqualTo(ProxyOutput.Kind.DEFAULT_ACCESS_LOG);
        output.ownAccessLogs(Set.of("ns/a"));
        assertThat(output.kind("ns/a", REQUEST)).isEqualTo(ProxyOutput.Kind.WANTED);
        assertThat(output.kind("ns/b", REQUEST)).isEqualTo(ProxyOutput.Kind.DEFAULT_ACCESS_LOG);
    }

    @Test
    void otherJsonIsWanted() {
        assertThat(output.kind("ns/a", "{\"health_checker_type\":\"HTTP\",\"cluster_name\":\"c\"}"))
                .isEqualTo(ProxyOutput.Kind.WANTED);
    }

    @Test
    void textIsAMessage() {
        assertThat(output.kind("ns/a", "[2026-11-30 08:00:00.000][1][warning][main] no limit"))
                .isEqualTo(ProxyOutput.Kind.MESSAGE);
    }
}
