package dev.gatehouse.controller.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EffectiveTest {
    private static <S> Resource<S> policy(Kind<S> kind, String name, String spec) {
        return switch (ResourceReader.read(
                kind,
                YamlDocuments.read("policy.yaml", """
                    apiVersion: gateway.envoyproxy.io/v1alpha1
                    kind: %s
                    metadata: {name: %s, namespace: default}
                    spec: %s
                    """.formatted(kind.name(), name, spec))
                        .documents()
                        .getFirst())) {
            case ResourceReader.Reading.Readable<S> readable -> readable.resource();
            case ResourceReader.Reading.Broken<S> broken ->
                throw new AssertionError(broken.object() + " cannot be read");
        };
    }

    private static <S extends TargetedPolicy<S>> Effective<S> merged(
            Kind<S> kind, TargetedPolicy.MergeType type, String parent, String own) {
        return Effective.merged(
                kind,
                policy(
                        kind,
                        "own",
                        "{targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}], mergeType: "
                                + type + ", " + own + "}"),
                policy(
                        kind,
                        "parent",
                        "{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}], " + parent + "}"));
    }

    /** An API server stores no null, so that none may take a protection away where policies are files. */
    @ParameterizedTest
    @EnumSource(value = TargetedPolicy.MergeType.class, names = "Replace", mode = EnumSource.Mode.EXCLUDE)
    void aNullRemovesNothingOfTheParent(TargetedPolicy.MergeType type) {
        var effective = merged(
                Kinds.SECURITY_POLICY,
                type,
                "basicAuth: {users: {name: users}}, authorization: {defaultAction: Deny}",
                "basicAuth: null, authorization: {rules: null}, cors: {allowOrigins: ['*']}");
        assertThat(effective.problems()).isEmpty();
        assertThat(effective.spec().settings().basicAuth()).isPresent();
        assertThat(effective.spec().settings().authorization()).isPresent();
    }

    /** The more specific policy's type decides; what the parent has for another type has no effect. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        loadBalancer: {type: ConsistentHash, consistentHash: {type: SourceIP}} | loadBalancer: {type: RoundRobin}
        loadBalancer: {type: LeastRequest, slowStart: {window: 10s}}           | loadBalancer: {type: Random}
        loadBalancer: {type: LeastRequest, zoneAware: {preferLocal: {}}}       | loadBalancer: {type: ConsistentHash, consistentHash: {type: SourceIP}}
        loadBalancer: {type: BackendUtilization, backendUtilization: {}}       | loadBalancer: {type: LeastRequest}
        healthCheck: {active: {type: HTTP, http: {path: /}}}                   | healthCheck: {active: {type: TCP, tcp: {}}}
        healthCheck: {active: {type: TCP, tcp: {}}}                            | healthCheck: {active: {type: HTTP, http: {path: /x}}}
        faultInjection: {abort: {httpStatus: 500}}                             | faultInjection: {abort: {grpcStatus: 14}}
        faultInjection: {abort: {grpcStatus: 14}}                              | faultInjection: {abort: {httpStatus: 500}}
        compressor: [{type: Gzip, gzip: {}}]                                   | compression: [{type: Brotli, brotli: {}}]
        """)
    void anotherTypeReplacesTheParents(String parent, String own) {
        for (TargetedPolicy.MergeType type : new TargetedPolicy.MergeType[] {
            TargetedPolicy.MergeType.StrategicMerge, TargetedPolicy.MergeType.JSONMerge
        }) {
            var effective = merged(Kinds.BACKEND_TRAFFIC_POLICY, type, parent, own);
            assertThat(effective.problems()).isEmpty();
            assertThat(effective.spec().settings())
                    .isEqualTo(policy(Kinds.BACKEND_TRAFFIC_POLICY, "alone", targeted(own))
                            .spec()
                            .settings());
        }
    }

    private static String targeted(String spec) {
        return "{targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}], " + spec + "}";
    }

    /** What the types have in common is merged. */
    @ParameterizedTest
    @EnumSource(value = TargetedPolicy.MergeType.class, names = "Replace", mode = EnumSource.Mode.EXCLUDE)
    void whatTypesShareIsKept(TargetedPolicy.MergeType type) {
        var effective = merged(
                Kinds.BACKEND_TRAFFIC_POLICY,
                type,
                "healthCheck: {active: {type: HTTP, initialJitter: 7s, http: {path: /}}}",
                "healthCheck: {active: {type: TCP, tcp: {}}}");
        assertThat(effective.problems()).isEmpty();
        assertThat(effective.spec().settings())
                .isEqualTo(policy(
                                Kinds.BACKEND_TRAFFIC_POLICY,
                                "alone",
                                targeted("healthCheck: {active: {type: TCP, initialJitter: 7s, tcp: {}}}"))
                        .spec()
                        .settings());
    }
}
