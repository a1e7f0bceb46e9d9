package dev.gatehouse.controller.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.console.model.ProxyEntry;
import dev.gatehouse.console.model.Tone;
import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.events.LatestReports;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Position;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ReportedSiteTest {
    private static final CalloutAddress ADDRESS = CalloutAddress.parse("127.0.0.1:1");
    private static final String CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster";

    private final Settings settings = new Settings(
            List.of(Settings.CONTROLLER_NAME),
            Settings::shiftPrivileged,
            new Settings.Callouts(ADDRESS, ADDRESS, ADDRESS));
    private final Controller controller = new Controller(settings, new MemoryConfigLog("test"), InstantSource.system());
    private final LatestReports reports = new LatestReports();
    private final ReportedSite site = new ReportedSite(
            "test",
            reports,
            new FileSource(List.of(), settings.controllerName(), controller, InstantSource.system()),
            Optional.empty(),
            Optional.empty());
    private final ControllerView view =
            new ControllerView(Map.of(), Map.of(), Map.of(), Map.of("shop/front", new Position("e", 7)), 1);

    @AfterEach
    void close() {
        controller.close();
    }

    private static DataPlaneReport.Builder report() {
        return DataPlaneReport.newBuilder()
                .setFleet("shop/front")
                .setNodeId("pod-1")
                .setAtMillis(1_795_888_800_000L);
    }

    private ProxyEntry only() {
        assertThat(site.proxies(view)).hasSize(1);
        return site.proxies(view).getFirst();
    }

    @Test
    void aProxyIsThereFromItsConnectionToItsEnd() {
        assertThat(site.proxies(view)).isEmpty();
        reports.take(report().setConnected(DataPlaneReport.Connected.newBuilder()
                        .setVersion("1.40.0")
                        .setProtocol("delta"))
                .build());
        assertThat(only().version()).isEqualTo("1.40.0");
        assertThat(only().since()).isEqualTo("2026-11-28T18:00:00Z");
        assertThat(only().state().text()).isEqualTo("acknowledged 0 of 7");
        reports.take(report().setApplied(
                        DataPlaneReport.Applied.newBuilder().setEpoch("e").setOffset(7))
                .build());
        assertThat(only().state().text()).isEqualTo("up to date (7)");
        assertThat(only().state().tone()).isEqualTo(Tone.GOOD);
        reports.take(report().setDisconnected(DataPlaneReport.Disconnected.getDefaultInstance())
                .build());
        assertThat(site.proxies(view)).isEmpty();
    }

    @Test
    void aRefusalIsShownInTheProxysOwnWordsUntilItIsOver() {
        reports.take(report().setConnected(DataPlaneReport.Connected.getDefaultInstance())
                .build());
        reports.take(report().setRejected(DataPlaneReport.Rejected.newBuilder()
                        .setEpoch("e")
                        .setOffset(6)
                        .setTypeUrl(CLUSTER)
                        .addResources("shop/cart")
                        .setMessage("no such <thing>"))
                .build());
        assertThat(only().state().tone()).isEqualTo(Tone.BAD);
        assertThat(only().types()).singleElement().satisfies(type -> {
            assertThat(type.name()).isEqualTo("cluster");
            assertThat(type.refused()).containsExactly("shop/cart");
            assertThat(type.error()).isEqualTo("no such <thing>");
        });
        reports.take(report().setApplied(
                        DataPlaneReport.Applied.newBuilder().setEpoch("e").setOffset(7))
                .build());
        assertThat(only().types()).isEmpty();
        assertThat(only().state().tone()).isEqualTo(Tone.GOOD);
    }
}
