package dev.gatehouse.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.controller.hook.HookCalls;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.controller.wasm.WasmCode;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.Follower;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.tracing.Tracing;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChangeTracesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final Tracing tracing = Tracing.by(SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()
            .get("test"));
    private final List<Transaction> published = new CopyOnWriteArrayList<>();
    private final InstantSource clock = InstantSource.system();

    private final class Log implements ConfigLog {
        private final MemoryConfigLog log = new MemoryConfigLog("test");

        @Override
        public Position append(Transaction transaction) {
            published.add(transaction);
            return log.append(transaction);
        }

        @Override
        public Subscription follow(Optional<Position> after, Follower follower) {
            return log.follow(after, follower);
        }
    }

    private void write(int port) throws IOException {
        Path beside = folder.resolve("new");
        Files.writeString(beside, """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: front, namespace: shop}
                spec:
                  gatewayClassName: gatehouse
                  listeners: [{name: http, protocol: HTTP, port: %d}]
                """.formatted(port));
        Files.move(beside, folder.resolve("gateway.yaml"), StandardCopyOption.ATOMIC_MOVE);
    }

    private Controller controller(int perMinute) {
        CalloutAddress nowhere = new CalloutAddress("127.0.0.1", 1);
        return new Controller(
                new Settings(
                        List.of(Settings.CONTROLLER_NAME),
                        port -> port,
                        new Settings.Callouts(nowhere, nowhere, nowhere)),
                new Log(),
                clock,
                WasmCode.NOBODY,
                HookCalls.NOBODY,
                new ChangeTraces(tracing, perMinute, clock));
    }

    private List<Transaction> ofGateway() {
        return published.stream()
                .filter(each -> each.fleet().equals("shop/front"))
                .toList();
    }

    private static void await(Controller controller, int port) throws Exception {
        Await.until(
                () -> controller.view().gateways().values().stream()
                        .flatMap(state -> state.listeners().stream())
                        .anyMatch(listener -> listener.boundPort() == port),
                Duration.ofSeconds(30),
                () -> "port " + port + " is not there: " + controller.view().gateways());
    }

    private void run(int perMinute, int changes) throws Exception {
        write(80);
        try (Controller controller = controller(perMinute);
                FileSource files =
                        new FileSource(List.of(folder), Settings.CONTROLLER_NAME, controller, InstantSource.system())) {
            files.start();
            await(controller, 80);
            for (int i = 1; i <= changes; i++) {
                write(80 + i);
                await(controller, 80 + i);
            }
            // What the thread does is done when it answers.
            controller.ask(translator -> translator.derivations());
        }
    }

    private List<SpanData> named(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    @Test
    void aChangeIsATraceFromItsObjectsToTheConfigLog() throws Exception {
        run(60, 1);
        SpanData root = named("configuration change").getLast();
        assertThat(root.getAttributes().get(AttributeKey.stringArrayKey("gatehouse.change.objects")))
                .contains("Gateway shop/front generation 1");
        assertThat(named("configuration change")).hasSizeGreaterThan(1);
        assertThat(root.getParentSpanContext().isValid()).isFalse();
        List<SpanData> parts = exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getParentSpanId().equals(root.getSpanId()))
                .toList();
        assertThat(parts).extracting(SpanData::getName).startsWith("translate", "publish");
        assertThat(parts.getFirst().getAttributes().get(AttributeKey.longKey("gatehouse.translation.derivations")))
                .isPositive();
        assertThat(parts.getFirst().getEndEpochNanos())
                .isGreaterThanOrEqualTo(parts.getFirst().getStartEpochNanos());
        SpanData publish = parts.get(1);
        assertThat(publish.getAttributes().get(AttributeKey.stringArrayKey("gatehouse.fleets")))
                .anyMatch(fleet -> fleet.startsWith("shop/front at "));
        assertThat(ofGateway().getLast().trace())
                .startsWith("00-" + root.getTraceId() + "-")
                .endsWith("-01");
    }

    @Test
    void moreThanTheBoundOfAMinuteAreNotTraced() throws Exception {
        run(2, 4);
        assertThat(named("configuration change")).hasSize(2);
        assertThat(ofGateway().getLast().trace()).isEmpty();
    }

    @Test
    void withoutABudgetNothingIsTraced() throws Exception {
        run(0, 1);
        assertThat(exporter.getFinishedSpanItems()).isEmpty();
        assertThat(published).allMatch(each -> each.trace().isEmpty());
    }
}
