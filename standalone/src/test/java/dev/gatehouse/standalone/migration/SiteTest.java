package dev.gatehouse.standalone.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.migration.IngressSource.HostPath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SiteTest {
    private static IngressSource ingress(String name, String path, String annotations) {
        Manifests manifests = new Manifests();
        Report report = new Report();
        manifests.read("in.yaml", """
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: %s, annotations: {%s}}
                spec: {rules: [{http: {paths: [{path: '%s', pathType: Prefix, backend: {service: {name: a, port: {number: 1}}}}]}}]}
                """.formatted(name, annotations, path), report);
        IngressSource source = IngressSource.of(manifests.all().getFirst(), manifests, Map.of(), report);
        assertThat(report.entries()).isEmpty();
        return source;
    }

    private static void add(Site site, IngressSource ingress) {
        HostPath path = ingress.paths().getFirst();
        site.add(ingress, path);
    }

    @Test
    void oneExpressionMakesAllPathsOfTheHostExpressions() {
        Site site = new Site("");
        add(site, ingress("plain", "/a", ""));
        assertThat(site.regularExpressions()).isFalse();
        add(site, ingress("rewritten", "/b", "nginx.ingress.kubernetes.io/rewrite-target: /"));
        assertThat(site.regularExpressions()).isTrue();
    }

    @Test
    void aRewriteToThePathItselfIsNone() {
        Site site = new Site("");
        add(site, ingress("same", "/a", "nginx.ingress.kubernetes.io/rewrite-target: /a"));
        assertThat(site.regularExpressions()).isFalse();
    }

    @Test
    void anExpressionThatLosesItsPathToAnOlderIngressDoesNotCount() {
        Site site = new Site("");
        add(site, ingress("older", "/a", ""));
        add(site, ingress("younger", "/a", "nginx.ingress.kubernetes.io/use-regex: 'True'"));
        assertThat(site.regularExpressions()).isFalse();
        assertThat(site.locations()).hasSize(1);
    }

    @Test
    void alternativesAreForTheWholeExpression() {
        assertThat(List.of("/a|/b", "/(a|b)", "/[|]", "/a\\|b").stream().map(RouteAnnotations::alternatives))
                .containsExactly("(?:/a|/b)", "/(a|b)", "/[|]", "/a\\|b");
    }
}
