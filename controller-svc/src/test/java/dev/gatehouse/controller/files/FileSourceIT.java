package dev.gatehouse.controller.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The watch of real files: whatever happens to them is seen, and also what happens after it. */
class FileSourceIT {
    private static final CalloutAddress ADDRESS = new CalloutAddress("localhost", 1);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final ObjectRef R = new ObjectRef("ConfigMap", "default", "r");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Path conf;

    @SuppressWarnings("NullAway.Init")
    private Controller controller;

    @SuppressWarnings("NullAway.Init")
    private FileSource source;

    @BeforeEach
    void make() throws IOException {
        conf = Files.createDirectories(folder.resolve("conf"));
        controller = new Controller(settings(), new MemoryConfigLog("test"), InstantSource.system());
    }

    @AfterEach
    void close() throws Exception {
        source.close();
        controller.close();
    }

    @Test
    void anEditIsSeen() throws Exception {
        write(conf.resolve("r.yaml"), "1");
        watch(conf);
        write(conf.resolve("r.yaml"), "2");
        await("2");
        write(conf.resolve("r.yaml"), "3");
        await("3");
        Files.delete(conf.resolve("r.yaml"));
        await("none");
    }

    @Test
    void aFolderInPlaceOfAnotherIsSeenWithItsLaterEdits() throws Exception {
        write(conf.resolve("team/r.yaml"), "1");
        watch(conf);
        for (int i = 2; i < 5; i++) {
            write(folder.resolve("next/r.yaml"), i + "");
            Files.move(conf.resolve("team"), folder.resolve("old" + i));
            Files.move(folder.resolve("next"), conf.resolve("team"));
            await(i + "");
            write(conf.resolve("team/r.yaml"), i + " edited");
            await(i + " edited");
        }
        Files.move(conf.resolve("team"), folder.resolve("away"));
        await("none");
        Files.createDirectories(conf.resolve("deep/er"));
        Files.move(folder.resolve("away"), conf.resolve("deep/er/back"));
        await("4 edited");
        write(conf.resolve("deep/er/back/r.yaml"), "5");
        await("5");
    }

    @Test
    void theNamedFolderAndTheFolderAboveItMayBeReplaced() throws Exception {
        Path above = folder.resolve("app");
        write(above.resolve("conf/r.yaml"), "1");
        watch(above.resolve("conf"));
        write(folder.resolve("next/r.yaml"), "2");
        Files.move(above.resolve("conf"), folder.resolve("old"));
        Files.move(folder.resolve("next"), above.resolve("conf"));
        await("2");
        write(folder.resolve("app2/conf/r.yaml"), "3");
        Files.move(above, folder.resolve("app1"));
        Files.move(folder.resolve("app2"), above);
        await("3");
        write(above.resolve("conf/r.yaml"), "4");
        await("4");
    }

    @Test
    void aLinkThatIsPointedElsewhereIsSeenWithLaterEditsBehindIt() throws Exception {
        write(folder.resolve("releases/1/team/r.yaml"), "1");
        write(folder.resolve("releases/2/team/r.yaml"), "2");
        Path current = folder.resolve("current");
        Files.createSymbolicLink(current, Path.of("releases/1"));
        watch(current.resolve("team"));
        Files.createSymbolicLink(folder.resolve("next"), Path.of("releases/2"));
        Files.move(folder.resolve("next"), current, StandardCopyOption.ATOMIC_MOVE);
        await("2");
        write(folder.resolve("releases/2/team/r.yaml"), "3");
        await("3");
    }

    @Test
    void anEditBehindALinkIsSeen() throws Exception {
        write(folder.resolve("elsewhere/real.yaml"), "1");
        Files.createSymbolicLink(conf.resolve("r.yaml"), Path.of("../elsewhere/real.yaml"));
        watch(conf);
        write(folder.resolve("elsewhere/real.yaml"), "2");
        await("2");
        write(folder.resolve("elsewhere/new.yaml"), "3");
        Files.move(
                folder.resolve("elsewhere/new.yaml"),
                folder.resolve("elsewhere/real.yaml"),
                StandardCopyOption.ATOMIC_MOVE);
        await("3");
    }

    @Test
    void theSwapOfAMountedConfigMapIsSeen() throws Exception {
        write(conf.resolve("..1/r.yaml"), "1");
        Files.createSymbolicLink(conf.resolve("..data"), Path.of("..1"));
        Files.createSymbolicLink(conf.resolve("r.yaml"), Path.of("..data/r.yaml"));
        watch(conf.resolve("r.yaml"));
        for (int i = 2; i < 5; i++) {
            write(conf.resolve(".." + i + "/r.yaml"), i + "");
            Files.createSymbolicLink(conf.resolve("..data_tmp"), Path.of(".." + i));
            Files.move(conf.resolve("..data_tmp"), conf.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
            Files.delete(conf.resolve(".." + (i - 1) + "/r.yaml"));
            Files.delete(conf.resolve(".." + (i - 1)));
            await(i + "");
        }
        assertThat(source.contents().problems()).isEmpty();
    }

    @Test
    void nothingIsMissingForAMomentWhileAFileIsRewrittenInPlace() throws Exception {
        write(conf.resolve("r.yaml"), "0");
        watch(conf);
        AtomicBoolean missed = new AtomicBoolean();
        AtomicBoolean end = new AtomicBoolean();
        Thread reader = Thread.ofPlatform().start(() -> {
            while (!end.get()) {
                missed.compareAndSet(false, value().equals("none"));
                Thread.onSpinWait();
            }
        });
        for (int i = 1; i <= 2000; i++) {
            write(conf.resolve("r.yaml"), i + "");
        }
        await("2000");
        end.set(true);
        reader.join();
        assertThat(missed).isFalse();
    }

    private void watch(Path... roots) throws InterruptedException {
        source = new FileSource(List.of(roots), settings().controllerName(), controller, InstantSource.system());
        source.start();
    }

    private void await(String value) {
        Await.until(() -> value().equals(value), SOON, () -> value() + " is served and not " + value);
    }

    private String value() {
        var found = source.contents().objects().get(R);
        return found != null && found.resource().spec() instanceof ConfigMap map
                ? String.valueOf(map.data().get("x"))
                : "none";
    }

    private static Settings settings() {
        return new Settings(
                List.of(Settings.CONTROLLER_NAME),
                Settings::shiftPrivileged,
                new Settings.Callouts(ADDRESS, ADDRESS, ADDRESS));
    }

    private static void write(Path file, String value) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, FileSetTest.configMap("r", value));
    }
}
