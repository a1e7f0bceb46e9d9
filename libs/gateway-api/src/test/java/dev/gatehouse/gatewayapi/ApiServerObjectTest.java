package dev.gatehouse.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.ResourceReader.Reading;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import org.junit.jupiter.api.Test;

class ApiServerObjectTest {
    @Test
    void aFieldOfANewerGatewayApiIsPassedOver() {
        assertThat(ResourceReader.read(Kinds.HTTP_ROUTE, object("""
                        metadata: {name: r, namespace: shop}
                        spec:
                          parentRefs: [{name: edge}]
                          futureField: {a: 1}
                          rules: [{backendRefs: [{name: app, port: 80}]}]
                        """))).isInstanceOf(Reading.Readable.class);
    }

    @Test
    void aSectionOfAPolicyThatIsWrongMayBeWhatKeepsSomebodyOut() {
        BrokenObject broken = broken(Kinds.SECURITY_POLICY, """
                metadata: {name: p, namespace: shop, generation: 3}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}]
                  basicAuth: {users: {name: users}}
                  oidc: {clientID: a}
                """);
        assertThat(broken.message()).contains("spec.oidc.provider: is missing");
        assertThat(broken.metadata().generation()).isEqualTo(3);
        assertThat(broken.targets()).extracting(PolicyTarget::name).containsExactly("r");
    }

    @Test
    void whatIsLeftOfABrokenRouteNamesItsParents() {
        BrokenObject broken = broken(Kinds.HTTP_ROUTE, """
                metadata: {name: r, namespace: shop}
                spec:
                  parentRefs: [{name: edge}, {name: 7}]
                  rules: [{matches: [{path: {type: Exact, value: nowhere}}]}]
                """);
        assertThat(broken.parents()).extracting(ParentReference::name).containsExactly("edge");
        assertThat(broken.message()).contains("spec.rules[0].matches[0].path.value");
    }

    @Test
    void whatIsLeftOfABrokenGatewayNamesItsClass() {
        BrokenObject broken = broken(Kinds.GATEWAY, """
                metadata: {name: edge, namespace: shop}
                spec: {gatewayClassName: gatehouse, listeners: [{name: http, port: 0, protocol: HTTP}]}
                """);
        assertThat(broken.owner()).contains("gatehouse");
        assertThat(broken.message()).contains("spec.listeners[0].port");
    }

    @Test
    void theAddressesOfAServiceComeFromItsStatus() {
        Reading<Service> reading = ResourceReader.read(Kinds.SERVICE, object("""
                metadata: {name: s, namespace: shop}
                spec: {type: LoadBalancer, clusterIP: 10.0.0.1, ports: [{port: 80}]}
                status: {loadBalancer: {ingress: [{ip: 192.0.2.1, ipMode: VIP}, {hostname: lb.example}]}}
                """));
        assertThat(reading)
                .isInstanceOfSatisfying(
                        Reading.Readable.class,
                        readable -> assertThat(readable.resource().spec().toString())
                                .contains("192.0.2.1")
                                .contains("lb.example"));
    }

    private static <S> BrokenObject broken(Kind<S> kind, String yaml) {
        return switch (ResourceReader.read(kind, object(yaml))) {
            case Reading.Broken<S> broken -> broken.object();
            case Reading.Readable<S> readable -> throw new AssertionError("readable: " + readable.resource());
        };
    }

    private static Node.Mapping object(String yaml) {
        return YamlDocuments.read("test", yaml).documents().getFirst();
    }
}
