package dev.gatehouse.standalone.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.standalone.instance.CommandFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdvisoriesTest {
    private static final String NETTY = """
            {"id": "GHSA-1", "aliases": ["CVE-2026-1"], "summary": "too long", "database_specific": {"severity": "HIGH"},
             "affected": [
               {"package": {"ecosystem": "Maven", "name": "io.netty:netty-codec"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "4.2.0.Alpha1"}, {"fixed": "4.2.5.Final"}]}]},
               {"package": {"ecosystem": "Maven", "name": "io.netty:netty-codec"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "4.1.131.Final"}]}]}]}
            """;
    private static final String ENVOY = """
            {"id": "GHSA-2", "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}], "affected": [
              {"package": {"ecosystem": "Bitnami", "name": "envoy", "purl": "pkg:bitnami/envoy"},
               "ranges": [{"type": "SEMVER", "events": [
                 {"introduced": "1.38.0"}, {"fixed": "1.38.5"}, {"introduced": "1.40.0"}, {"fixed": "1.40.2"}]}]}]}
            """;
    private static final String CRS = """
            {"id": "GHSA-3", "affected": [{"package": {"ecosystem": "GitHub", "name": "coreruleset/coreruleset"},
              "ranges": [{"type": "GIT", "repo": "https://github.com/coreruleset/coreruleset", "events": [{"introduced": "0"}]},
                         {"type": "SEMVER", "events": [{"introduced": "4.0.0"}, {"last_affected": "4.25.0"}]}]}]}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Advisories advisories(String... texts) throws IOException {
        for (int i = 0; i < texts.length; i++) {
            Files.writeString(folder.resolve(i + ".json"), texts[i]);
        }
        return Advisories.read(List.of(folder));
    }

    private static Software maven(String version) {
        return new Software("Maven", "io.netty:netty-codec", version);
    }

    private static List<String> told(Advisories advisories, Software... software) {
        return advisories.about(List.of(software)).stream()
                .map(each -> each.software() + " " + each.advisory().id() + " "
                        + each.mendedBy().orElse("none"))
                .toList();
    }

    @Test
    void aRangeOfAnyBranchCountsAndTheVersionThatMendsItIsOfThatBranch() throws IOException {
        Advisories netty = advisories(NETTY);
        assertThat(told(netty, maven("4.1.130.Final")))
                .containsExactly("io.netty:netty-codec 4.1.130.Final GHSA-1 4.1.131.Final");
        assertThat(told(netty, maven("4.2.4.Final")))
                .containsExactly("io.netty:netty-codec 4.2.4.Final GHSA-1 4.2.5.Final");
        assertThat(told(netty, maven("4.1.131.Final"), maven("4.2.5.Final"), maven("5.0")))
                .isEmpty();
        assertThat(told(netty, new Software("Maven", "io.netty:netty-codec-http", "4.1.1")))
                .isEmpty();
        assertThat(told(netty, new Software("", "io.netty:netty-codec", "4.1.1")))
                .isEmpty();
        assertThat(netty.about(List.of(maven("4.1.1"))).getFirst().advisory().severity())
                .isEqualTo("HIGH");
    }

    @Test
    void envoyAndTheCoreRuleSetAreFoundByTheNamesThatAdvisoriesHave() throws IOException {
        Advisories all = advisories(ENVOY, CRS);
        assertThat(told(all, new Software("", "envoy", "1.40.0"), new Software("", "owasp-crs", "4.25.0")))
                .containsExactly("envoy 1.40.0 GHSA-2 1.40.2", "owasp-crs 4.25.0 GHSA-3 none");
        assertThat(told(all, new Software("", "envoy", "1.39.9"), new Software("", "envoy", "1.40.2")))
                .isEmpty();
        assertThat(told(all, new Software("", "owasp-crs", "4.25.1"), new Software("", "owasp-crs", "3.3.5")))
                .isEmpty();
    }

    @Test
    void versionsThatAreNamedOneByOneCountAndWithdrawnAdvisoriesDoNot() throws IOException {
        Advisories all = advisories("[" + """
                {"id": "A", "affected": [{"package": {"name": "openjdk", "ecosystem": ""}, "versions": ["25.0.3"]}]},
                {"id": "B", "withdrawn": "2026-01-01T00:00:00Z",
                 "affected": [{"package": {"name": "openjdk", "ecosystem": ""}, "versions": ["25.0.3"]}]}""" + "]", "{\"vulns\": [" + NETTY + "]}", NETTY);
        assertThat(all.size()).isEqualTo(2);
        assertThat(told(all, new Software("", "openjdk", "25.0.3"), new Software("", "openjdk", "25.0.2")))
                .containsExactly("openjdk 25.0.3 A none");
    }

    @Test
    void aZipFileIsReadAndWhatIsNoAdvisoryIsNamedWithItsFile() throws IOException {
        Path zip = folder.resolve("all.zip");
        try (OutputStream out = Files.newOutputStream(zip);
                ZipOutputStream entries = new ZipOutputStream(out)) {
            entries.putNextEntry(new ZipEntry("x/GHSA-1.json"));
            entries.write(NETTY.getBytes(StandardCharsets.UTF_8));
            entries.closeEntry();
        }
        assertThat(Advisories.read(List.of(zip)).size()).isEqualTo(1);
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> Advisories.read(List.of(none)))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("none is not there (expected: a JSON file in OSV's format");
        Files.createDirectory(none);
        assertThatThrownBy(() -> Advisories.read(List.of(none))).hasMessageContaining("has no .json file");
        for (String wrong : List.of(
                "{",
                "{}",
                "[1]",
                "{\"id\": \"X\", \"affected\": [{\"package\": {\"name\": \"envoy\"}, \"ranges\": [{\"events\": []}]}]}")) {
            Path file = Files.writeString(none.resolve("wrong.json"), wrong);
            assertThatThrownBy(() -> Advisories.read(List.of(none)))
                    .as(wrong)
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("expected");
        }
    }
}
