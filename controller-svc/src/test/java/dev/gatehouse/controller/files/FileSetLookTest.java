package dev.gatehouse.controller.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificateAuthority;
import dev.gatehouse.identity.authority.Issued;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running instance makes of files that change: looks at the real file system, by a clock of the test. */
class FileSetLookTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Path conf;

    @SuppressWarnings("NullAway.Init")
    private FileSet files;

    @SuppressWarnings("NullAway.Init")
    private FileSet.Contents contents;

    private long now;

    @BeforeEach
    void makeTheFolder() throws IOException {
        conf = folder.resolve("conf");
        Files.createDirectories(conf);
    }

    @Test
    void aFileIsReadWhenItHasBeenQuiet() throws IOException {
        write("a.yaml", map("a", "1"));
        run(conf);
        write("a.yaml", map("a", "2"));
        after(Duration.ZERO);
        assertThat(shown()).isEqualTo("{a=1}");
        after(FileSet.QUIET);
        assertThat(shown()).isEqualTo("{a=2}");
    }

    @Test
    void theNextLookIsDueWhenAChangedFileIsExpectedToBeQuiet() throws IOException {
        write("a.yaml", map("a", "1"));
        run(conf);
        after(FileSet.QUIET_WHEN_BUSY);
        assertThat(files.look(now).again()).isEmpty();
        write("a.yaml", map("a", "2"));
        assertThat(files.look(now).again()).hasValue(now + FileSet.QUIET.toNanos());
        after(FileSet.QUIET_WHEN_BUSY);
        assertThat(files.look(now).again()).isEmpty();
        write("a.yaml", "");
        after(Duration.ZERO);
        after(FileSet.QUIET);
        assertThat(files.look(now).again())
                .hasValue(now + FileSet.EMPTY_AFTER.minus(FileSet.QUIET).toNanos());
    }

    @Test
    void nothingIsTakenAwayWhileAFileIsRewrittenInPlace() throws IOException {
        write("a.yaml", map("a", "1") + "---\n" + map("b", "1"));
        run(conf);
        for (int i = 0; i < 200; i++) {
            write("a.yaml", "");
            after(Duration.ofMillis(i % 7 == 0 ? 60 : 1));
            assertThat(shown()).matches("\\{a=\\d+, b=\\d+}");
            write("a.yaml", map("a", "" + i));
            after(Duration.ofMillis(i % 5 == 0 ? 60 : 10));
            assertThat(shown()).matches("\\{a=\\d+, b=\\d+}");
            write("a.yaml", map("a", "" + i) + "---\n" + map("b", "" + i));
            after(Duration.ofMillis(10));
            assertThat(shown()).matches("\\{a=\\d+, b=\\d+}");
        }
        after(FileSet.QUIET_WHEN_BUSY);
        assertThat(shown()).isEqualTo("{a=199, b=199}");
    }

    @Test
    void aFileThatIsWrittenLineByLineIsNotBelievedBeforeItsEnd() throws IOException {
        write("a.yaml", map("a", "1"));
        run(conf);
        String text = map("b", "2") + "  y: \"3\"\n";
        StringBuilder written = new StringBuilder();
        for (String line : text.lines().toList()) {
            write("a.yaml", written.append(line).append('\n').toString());
            after(Duration.ofMillis(200));
            assertThat(shown()).isIn("{a=1}", "{a=1, b=null}");
            assertThat(contents.problems()).isEmpty();
        }
        after(FileSet.QUIET_WHEN_BUSY);
        after(FileSet.LEAVES_AFTER);
        assertThat(shown()).isEqualTo("{b=2}");
    }

    @Test
    void aFileThatIsNeverQuietIsReadNowAndThen() throws IOException {
        write("a.yaml", map("a", "1"));
        run(conf);
        for (int i = 0; i < 1200; i++) {
            write("a.yaml", map("a", "new " + i));
            after(Duration.ofMillis(20));
        }
        assertThat(shown()).startsWith("{a=new ");
    }

    @Test
    void aFileThatIsEmptiedForGoodHoldsNothing() throws IOException {
        write("a.yaml", map("a", "1"));
        write("b.yaml", map("b", "1"));
        run(conf);
        write("a.yaml", "# later\n");
        after(Duration.ZERO);
        after(FileSet.EMPTY_AFTER.minusMillis(1));
        assertThat(shown()).isEqualTo("{a=1, b=1}");
        after(Duration.ofMillis(1));
        assertThat(shown()).isEqualTo("{b=1}");
    }

    @Test
    void whatCannotBeReadStaysClosedWhileItsFileIsRewritten() throws IOException {
        ObjectRef a = new ObjectRef("ConfigMap", "default", "a");
        write("a.yaml", map("a", "{}"));
        run(conf);
        assertThat(contents.broken()).containsOnlyKeys(a);
        write("a.yaml", "");
        after(Duration.ZERO);
        after(FileSet.QUIET_WHEN_BUSY);
        assertThat(contents.broken()).containsOnlyKeys(a);
        write("a.yaml", map("b", "1"));
        after(Duration.ZERO);
        after(FileSet.QUIET_WHEN_BUSY);
        assertThat(shown()).isEqualTo("{b=1}");
        assertThat(contents.broken()).containsOnlyKeys(a);
        after(FileSet.LEAVES_AFTER);
        assertThat(contents.broken()).isEmpty();
        Files.delete(conf.resolve("a.yaml"));
        settle();
        assertThat(shown()).isEqualTo("{}");
    }

    @Test
    void anObjectThatIsTakenOutOfAFileLeavesSoon() throws IOException {
        write("a.yaml", map("a", "1") + "---\n" + map("b", "1"));
        run(conf);
        write("a.yaml", map("b", "2"));
        after(Duration.ZERO);
        after(FileSet.QUIET);
        assertThat(shown()).isEqualTo("{a=1, b=2}");
        after(FileSet.LEAVES_AFTER);
        assertThat(shown()).isEqualTo("{b=2}");
        assertThat(contents.stale()).isEmpty();
    }

    @Test
    void aFileThatIsDeletedAndWrittenAgainNeverLosesItsObjects() throws IOException {
        write("a.yaml", map("a", "1"));
        run(conf);
        Files.delete(conf.resolve("a.yaml"));
        after(FileSet.LEAVES_AFTER.minusMillis(1));
        assertThat(shown()).isEqualTo("{a=1}");
        write("a.yaml", map("a", "2"));
        after(Duration.ofMillis(1));
        after(FileSet.LEAVES_AFTER);
        assertThat(shown()).isEqualTo("{a=2}");
        Files.delete(conf.resolve("a.yaml"));
        after(Duration.ZERO);
        after(FileSet.LEAVES_AFTER);
        assertThat(shown()).isEqualTo("{}");
    }

    @Test
    void anObjectThatMovesToAnotherFileIsTakenFromThere() throws IOException {
        write("a.yaml", map("a", "1") + "---\n" + map("moves", "1"));
        run(conf);
        write("b.yaml", map("moves", "2"));
        write("a.yaml", map("a", "1"));
        after(Duration.ZERO);
        after(FileSet.QUIET);
        assertThat(shown()).isEqualTo("{a=1, moves=2}");
        assertThat(contents.problems()).isEmpty();
        Files.move(conf.resolve("b.yaml"), conf.resolve("c.yaml"));
        for (int i = 0; i < 30; i++) {
            after(FileSet.QUIET);
            assertThat(shown()).isEqualTo("{a=1, moves=2}");
            assertThat(contents.problems()).isEmpty();
        }
    }

    @Test
    void anEditThatKeepsSizeAndTimeIsSeen() throws IOException {
        write("a.yaml", map("a", "1"));
        run(conf);
        FileTime time = Files.getLastModifiedTime(conf.resolve("a.yaml"));
        after(FileSet.QUIET);
        write("a.yaml", map("a", "2"));
        Files.setLastModifiedTime(conf.resolve("a.yaml"), time);
        after(Duration.ZERO);
        after(FileSet.QUIET);
        assertThat(shown()).isEqualTo("{a=2}");
    }

    @Test
    void anEditRightAfterTheStartIsSeen() throws IOException {
        write("a.yaml", map("a", "1"));
        run(conf);
        write("a.yaml", map("a", "2"));
        after(FileSet.QUIET);
        after(FileSet.QUIET);
        assertThat(shown()).isEqualTo("{a=2}");
    }

    @Test
    void editorsReplaceAFileOrWriteBesideIt() throws IOException {
        write("a.yaml", map("a", "1"));
        run(conf);
        // vim: the old file becomes a backup, a new one is written.
        write(".a.yaml.swp", "b0VIM 8.2");
        write("4913", "");
        Files.move(conf.resolve("a.yaml"), conf.resolve("a.yaml~"));
        after(Duration.ofMillis(5));
        write("a.yaml", map("a", "2"));
        Files.delete(conf.resolve("a.yaml~"));
        // Emacs: a lock that is a link to nowhere, and an auto-save file.
        Files.createSymbolicLink(conf.resolve(".#a.yaml"), Path.of("me@host.4711:1"));
        write("#a.yaml#", "apiVersion");
        settle();
        assertThat(shown()).isEqualTo("{a=2}");
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void aFolderThatIsPutInPlaceOfAnotherIsRead() throws IOException {
        write("team/r.yaml", map("r", "1"));
        write("other.yaml", map("other", "1"));
        run(conf);
        Path next = folder.resolve("next");
        write(next.resolve("r.yaml"), map("r", "2"));
        write(next.resolve("s.yaml"), map("s", "2"));
        Files.move(conf.resolve("team"), folder.resolve("old"));
        after(Duration.ofMillis(1));
        Files.move(next, conf.resolve("team"));
        settle();
        assertThat(shown()).isEqualTo("{other=1, r=2, s=2}");
        write("team/r.yaml", map("r", "3"));
        settle();
        assertThat(shown()).isEqualTo("{other=1, r=3, s=2}");
        write(folder.resolve("old/r.yaml"), map("r", "4"));
        settle();
        assertThat(shown()).isEqualTo("{other=1, r=3, s=2}");
    }

    @Test
    void aFolderThatIsMovedAwayTakesItsObjectsAlongAndOneThatIsMovedInBringsThem() throws IOException {
        write("team/deep/r.yaml", map("r", "1"));
        run(conf);
        Files.move(conf.resolve("team"), folder.resolve("away"));
        settle();
        assertThat(shown()).isEqualTo("{}");
        Files.move(folder.resolve("away"), conf.resolve("back"));
        settle();
        assertThat(shown()).isEqualTo("{r=1}");
        Files.move(conf.resolve("back"), conf.resolve("again"));
        for (int i = 0; i < 30; i++) {
            after(FileSet.QUIET);
            assertThat(shown()).isEqualTo("{r=1}");
        }
    }

    @Test
    void theNamedFolderItselfMayBeReplaced() throws IOException {
        write("r.yaml", map("r", "1"));
        run(conf);
        Path next = folder.resolve("next");
        write(next.resolve("r.yaml"), map("r", "2"));
        Files.move(conf, folder.resolve("old"));
        after(Duration.ofMillis(500));
        assertThat(shown()).isEqualTo("{r=1}");
        assertThat(contents.problems()).isEmpty();
        Files.move(next, conf);
        settle();
        assertThat(shown()).isEqualTo("{r=2}");
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void aNamedFolderThatIsGoneForGoodIsToldAndTakesItsObjectsAlong() throws IOException {
        write("r.yaml", map("r", "1"));
        run(conf);
        Files.move(conf, folder.resolve("old"));
        after(Duration.ZERO);
        after(FileSet.EMPTY_AFTER);
        assertThat(shown()).isEqualTo("{}");
        assertThat(contents.problems())
                .extracting(Problem::toString)
                .containsExactly(conf + ":1:1: is not there (expected: a file or folder with Kubernetes objects)");
        Files.move(folder.resolve("old"), conf);
        settle();
        assertThat(shown()).isEqualTo("{r=1}");
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void aMountedConfigMapIsReadOnceAndItsSwapIsSeen() throws IOException {
        mount(1, Map.of("a.yaml", map("a", "1"), "b.yaml", map("b", "1")));
        run(conf);
        assertThat(shown()).isEqualTo("{a=1, b=1}");
        assertThat(contents.problems()).isEmpty();
        mount(2, Map.of("a.yaml", map("a", "2"), "b.yaml", map("b", "2")));
        settle();
        assertThat(shown()).isEqualTo("{a=2, b=2}");
        mount(3, Map.of("b.yaml", map("b", "3"), "c.yaml", map("c", "3")));
        settle();
        assertThat(shown()).isEqualTo("{b=3, c=3}");
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void filesOfAMountedConfigMapMayBeNamedEach() throws IOException {
        mount(1, Map.of("a.yaml", map("a", "1"), "b.yaml", map("b", "1")));
        run(conf.resolve("a.yaml"), conf.resolve("b.yaml"));
        mount(2, Map.of("a.yaml", map("a", "2"), "b.yaml", map("b", "2")));
        settle();
        assertThat(shown()).isEqualTo("{a=2, b=2}");
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void aLinkToAReleaseMayBePointedToTheNext() throws IOException {
        write(folder.resolve("releases/1/team/r.yaml"), map("r", "1"));
        write(folder.resolve("releases/2/team/r.yaml"), map("r", "2"));
        Path current = folder.resolve("current");
        Files.createSymbolicLink(current, Path.of("releases/1"));
        run(current.resolve("team"), current);
        assertThat(shown()).isEqualTo("{r=1}");
        Files.createSymbolicLink(folder.resolve("next"), Path.of("releases/2"));
        Files.move(folder.resolve("next"), current, StandardCopyOption.ATOMIC_MOVE);
        settle();
        assertThat(shown()).isEqualTo("{r=2}");
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void linksBelowAFolderAreFollowedAndEditsBehindThemAreSeen() throws IOException {
        write(folder.resolve("shared/a.yaml"), map("a", "1"));
        write(folder.resolve("single.yaml"), map("b", "1"));
        Files.createSymbolicLink(conf.resolve("shared"), Path.of("../shared"));
        Files.createSymbolicLink(conf.resolve("b.yaml"), folder.resolve("single.yaml"));
        run(conf);
        assertThat(shown()).isEqualTo("{a=1, b=1}");
        write(folder.resolve("shared/a.yaml"), map("a", "2"));
        write(folder.resolve("single.yaml"), map("b", "2"));
        settle();
        assertThat(shown()).isEqualTo("{a=2, b=2}");
        assertThat(contents.objects().values())
                .extracting(found -> found.document().location().file())
                .containsExactlyInAnyOrder(
                        conf.resolve("shared/a.yaml").toString(),
                        conf.resolve("b.yaml").toString());
    }

    @Test
    void linksThatLeadBackOrToTheSamePlaceEndThere() throws IOException {
        write("deep/a.yaml", map("a", "1"));
        Files.createSymbolicLink(conf.resolve("deep/up"), Path.of(".."));
        Files.createSymbolicLink(conf.resolve("deep/here"), Path.of("."));
        Files.createSymbolicLink(conf.resolve("also"), Path.of("deep"));
        Files.createSymbolicLink(conf.resolve("again.yaml"), Path.of("deep/a.yaml"));
        Files.createSymbolicLink(conf.resolve("self"), Path.of("self"));
        run(conf, conf.resolve("deep"), conf.resolve("deep/a.yaml"));
        assertThat(shown()).isEqualTo("{a=1}");
        assertThat(contents.objects().values())
                .extracting(found -> found.document().location().file())
                .containsExactly(conf.resolve("deep/a.yaml").toString());
        assertThat(contents.problems())
                .singleElement()
                .asString()
                .startsWith(conf + "/self:1:1: is a link that cannot be followed: Too many levels of symbolic links");
    }

    @Test
    void aLinkThatLeadsNowhereIsTold() throws IOException {
        Files.createSymbolicLink(conf.resolve("a.yaml"), Path.of("../a.yaml"));
        run(conf);
        assertThat(contents.problems())
                .singleElement()
                .asString()
                .isEqualTo(conf + "/a.yaml:1:1: is a link to ../a.yaml, which is not there"
                        + " (expected: a file or folder with Kubernetes objects)");
        write(folder.resolve("a.yaml"), map("a", "1"));
        settle();
        assertThat(shown()).isEqualTo("{a=1}");
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void whatIsOfAnotherToolIsNamedOnceAndLeftAlone() throws IOException {
        write("a.yaml", map("a", "1"));
        write(".git/config.yaml", "x: 1");
        write(".github/workflows/ci.yml", "on: push");
        write(".pre-commit-config.yaml", "repos: []");
        write("docker-compose.yml", "services: {}\n---\nvolumes: {}\n");
        write("list.json", "[1, 2]");
        write("kustomization.yaml", "resources: [a.yaml]");
        write("base/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n");
        write("chart/Chart.yaml", "apiVersion: v2\nname: x\nversion: 1.0.0\n");
        write("chart/values.yaml", "image: {tag: v1}\n");
        write("chart/templates/x.yaml", "{{- if .Values.x }}\n");
        write("chart/crds/b.yaml", map("b", "1"));
        run(conf);
        assertThat(shown()).isEqualTo("{a=1, b=1}");
        assertThat(contents.problems())
                .allSatisfy(problem -> assertThat(problem.severity()).isEqualTo(Problem.Severity.WARNING))
                .extracting(problem -> problem.toString().replace(conf.toString(), "conf"))
                .containsExactlyInAnyOrder(
                        "conf:1:1: warning: left alone: .git, .github, .pre-commit-config.yaml, chart/templates"
                                + " (hidden, or the templates of a Helm chart)",
                        "conf/docker-compose.yml:1:1: warning: is no Kubernetes object (no kind); left alone",
                        "conf/list.json:1:1: warning: is a list and no Kubernetes object; left alone",
                        "conf/kustomization.yaml:1:1: warning: is no Kubernetes object (no kind); left alone",
                        "conf/base/kustomization.yaml:2:1: warning: kind: \"Kustomization\""
                                + " (kustomize.config.k8s.io/v1beta1) means nothing to a gateway; passed over",
                        "conf/chart/Chart.yaml:1:1: warning: is no Kubernetes object (no kind); left alone",
                        "conf/chart/values.yaml:1:1: warning: is no Kubernetes object (no kind); left alone");
    }

    @Test
    void anObjectThatLacksALineIsASlipAndNotAnotherTools() throws IOException {
        write("a.yaml", "metadata: {name: a}\nspec: {}\n");
        write("b.yaml", "apiVersion: gateway.networking.k8s.io/v1\nname: b\n");
        write("c.yaml", "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRuote\n");
        write("d.yaml", "apiVersion: gateway.envoyproxi.io/v1alpha1\nkind: JwtPolicy\n");
        run(conf);
        assertThat(contents.problems())
                .hasSize(4)
                .allSatisfy(problem -> assertThat(problem.severity()).isEqualTo(Problem.Severity.ERROR));
    }

    @Test
    void aFileThatTheUserNamedMustHoldObjects() throws IOException {
        write("values.yaml", "image: {tag: v1}\n");
        run(conf.resolve("values.yaml"));
        assertThat(contents.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.severity()).isEqualTo(Problem.Severity.ERROR));
    }

    @Test
    void whatCannotBeReadKeepsItsLastGoodVersion() throws IOException {
        write("a.yaml", map("a", "1"));
        write("locked/b.yaml", map("b", "1"));
        run(conf);
        Files.setPosixFilePermissions(conf.resolve("locked"), PosixFilePermissions.fromString("---------"));
        Assumptions.assumeFalse(Files.isReadable(conf.resolve("locked")), "this user reads everything");
        try {
            settle();
            assertThat(shown()).isEqualTo("{a=1, b=1}");
            assertThat(contents.stale()).containsExactly(new ObjectRef("ConfigMap", "default", "b"));
            assertThat(contents.problems())
                    .singleElement()
                    .asString()
                    .isEqualTo(conf + "/locked:1:1: cannot be listed: permission denied");
        } finally {
            Files.setPosixFilePermissions(conf.resolve("locked"), PosixFilePermissions.fromString("rwx------"));
        }
        settle();
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void standardInputIsReadOnce() {
        files = new FileSet(
                List.of(Path.of("-")),
                new ByteArrayInputStream(
                        (map("a", "1") + "bad: 1\n---\n" + map("b", "1")).getBytes(StandardCharsets.UTF_8)),
                InstantSource.system());
        contents = files.read(now);
        assertThat(shown()).isEqualTo("{b=1}");
        assertThat(contents.problems())
                .singleElement()
                .asString()
                .startsWith("<stdin>:7:1: ConfigMap default/a: bad: unknown field");
        settle();
        assertThat(shown()).isEqualTo("{b=1}");
    }

    private void run(Path... roots) {
        files = new FileSet(List.of(roots), InputStream.nullInputStream(), InstantSource.system());
        contents = files.read(now);
    }

    /** Looks once, so long after the last look. */
    private void after(Duration time) {
        now += time.toNanos();
        files.look(now).changed().ifPresent(changed -> contents = changed);
    }

    /** Looks until nothing is expected any more. */
    private void settle() {
        for (int i = 0; i < 100; i++) {
            FileSet.Look look = files.look(now);
            look.changed().ifPresent(changed -> contents = changed);
            if (look.again().isEmpty()) {
                return;
            }
            now = Math.max(now + 1, look.again().getAsLong());
        }
        throw new AssertionError("the files do not settle");
    }

    private String shown() {
        Map<String, String> values = new TreeMap<>();
        contents.objects().forEach((ref, found) -> {
            if (found.resource().spec() instanceof ConfigMap map) {
                values.put(ref.name(), String.valueOf(map.data().get("x")));
            }
        });
        return values.toString();
    }

    /** As Kubernetes mounts a ConfigMap: a folder for each version, a link to it that is replaced, and links through that. */
    private void mount(int version, Map<String, String> texts) throws IOException {
        Path old = conf.resolve("..v" + (version - 1));
        for (Map.Entry<String, String> text : texts.entrySet()) {
            write(conf.resolve("..v" + version).resolve(text.getKey()), text.getValue());
        }
        Files.createSymbolicLink(conf.resolve("..data_tmp"), Path.of("..v" + version));
        Files.move(conf.resolve("..data_tmp"), conf.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        for (String name : texts.keySet()) {
            if (!Files.isSymbolicLink(conf.resolve(name))) {
                Files.createSymbolicLink(conf.resolve(name), Path.of("..data/" + name));
            }
        }
        try (var names = Files.newDirectoryStream(conf, "*.yaml")) {
            for (Path name : names) {
                if (!Files.exists(name)) {
                    Files.delete(name);
                }
            }
        }
        if (Files.exists(old)) {
            try (var inside = Files.newDirectoryStream(old)) {
                for (Path file : inside) {
                    Files.delete(file);
                }
            }
            Files.delete(old);
        }
    }

    private void write(String name, String text) throws IOException {
        write(conf.resolve(name), text);
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** A certificate and its key are often written one after the other. */
    @Test
    void aSecretWhoseCertificateAnEditBreaksKeepsTheLastGoodPair() throws Exception {
        Issued one = issued();
        Issued two = issued();
        write("a.yaml", secret(one.certificate(), one.key()));
        run(conf);
        write("a.yaml", secret(two.certificate(), one.key()));
        after(Duration.ZERO);
        after(FileSet.QUIET_WHEN_BUSY);
        assertThat(served()).isEqualTo(one.certificate());
        assertThat(contents.stale()).containsExactly(new ObjectRef("Secret", "default", "pair"));
        assertThat(contents.problems())
                .singleElement()
                .asString()
                .endsWith(
                        "a.yaml:4:1: Secret default/pair: stringData: \"tls.key\" is not the key of the certificate in"
                                + " \"tls.crt\" (expected: a certificate and its key, as before)");
        write("a.yaml", secret(two.certificate(), two.key()));
        after(Duration.ZERO);
        after(FileSet.QUIET_WHEN_BUSY);
        assertThat(served()).isEqualTo(two.certificate());
        assertThat(contents.stale()).isEmpty();
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void aSecretThatNeverWasACertificateIsReadAsItIs() throws IOException {
        write("a.yaml", secret("no certificate", "no key"));
        run(conf);
        write("a.yaml", secret("something else", "no key"));
        after(Duration.ZERO);
        after(FileSet.QUIET_WHEN_BUSY);
        assertThat(served()).isEqualToIgnoringNewLines("something else");
        assertThat(contents.problems()).isEmpty();
    }

    private static Issued issued() throws GeneralSecurityException {
        Instant now = Instant.now();
        return CertificateAuthority.create(now, Duration.ofDays(2), new SecureRandom())
                .issue(new ProcessName.Fleet("a/b"), List.of("www.example.com"), now, Duration.ofDays(1));
    }

    private static String secret(String certificate, String key) {
        return """
                apiVersion: v1
                kind: Secret
                metadata: {name: pair}
                stringData:
                  tls.crt: |
                %s
                  tls.key: |
                %s
                """.formatted(
                        certificate.indent(4).stripTrailing(), key.indent(4).stripTrailing());
    }

    private String served() {
        return contents.objects().values().stream()
                .map(found -> found.resource().spec())
                .filter(Secret.class::isInstance)
                .map(Secret.class::cast)
                .flatMap(secret -> secret.text("tls.crt").stream())
                .findFirst()
                .orElseThrow();
    }

    private static String map(String name, String value) {
        return FileSetTest.configMap(name, value);
    }
}
