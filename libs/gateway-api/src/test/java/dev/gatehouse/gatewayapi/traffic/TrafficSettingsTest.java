package dev.gatehouse.gatewayapi.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.ResourceReader;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficSettingsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "loadBalancer: {type: RoundRobbin} | loadBalancer.type: \"RoundRobbin\" is not known; did you mean \"RoundRobin\"?",
                "loadBalancer: {} | loadBalancer.type: is missing (expected: ConsistentHash, LeastRequest,",
                "loadBalancer: {type: ConsistentHash} | loadBalancer.consistentHash: consistentHash must be set when type is ConsistentHash",
                "loadBalancer: {type: Random, consistentHash: {type: SourceIP}} | loadBalancer.consistentHash: consistentHash must be set when type is ConsistentHash",
                "compressor: [{type: Deflate}] | compressor[0].type: \"Deflate\" is not known (expected: Gzip, Brotli, Zstd)",
                "compressor: [{gzip: {}}] | compressor[0].type: is missing (expected: Gzip, Brotli or Zstd)",
                "compressor: [{type: Gzip, brotli: {}}] | compressor[0].gzip: is missing, and nothing is compressed by Gzip",
                "compressor: [{type: Gzip, gzip: {level: 9}}] | compressor[0].gzip.level: unknown field (expected: {}, an object without fields)",
                "timeout: {http: {requestTimeout: 5}} | timeout.http.requestTimeout: 5 is an integer (expected: a duration such as \"10s\"",
                "timeout: {http: {requestTimeout: '5'}} | timeout.http.requestTimeout: \"5\" is not valid (expected: a duration such as \"10s\"",
                "loadBalancer: {type: true} | loadBalancer.type: true is a boolean (expected: ConsistentHash, LeastRequest,",
                "faultInjection: {abort: {httpStatus: 700}} | faultInjection.abort.httpStatus: 700 is out of range"
            })
    void oneWrongValueGivesOneMessage(String spec, String message) {
        assertThat(problems(spec))
                .singleElement()
                .asString()
                .contains("BackendTrafficPolicy default/p: spec." + message);
    }

    private static List<String> problems(String spec) {
        return ResourceReader.read("f.yaml", """
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: p}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}]
                  %s
                """.formatted(spec)).problems().stream()
                .map(Object::toString)
                .toList();
    }
}
