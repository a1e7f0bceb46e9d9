package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.gateway.TableForm;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.testkit.GoldenFolder;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Route tables say the same, whole and by host. */
class TableFormTest {
    static Stream<GoldenFolder> folders() {
        return Golden.folders().stream();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void hostsThatAreResourcesOfTheirOwnAreThoseOfTheWholeTable(GoldenFolder folder) {
        Map<ResourceId, Message> whole = translated(folder, TableForm.WHOLE);
        Map<ResourceId, Message> byHost = translated(folder, TableForm.BY_HOST);
        Map<String, Map<String, VirtualHost>> hosts = hosts(byHost);
        whole.forEach((id, message) -> {
            if (message instanceof RouteConfiguration table) {
                ResourceId own = new ResourceId(id.fleet(), id.typeUrl(), TableForm.BY_HOST.name(id.name()));
                if (byHost.containsKey(own)) {
                    RouteConfiguration shell = (RouteConfiguration) byHost.get(own);
                    assertThat(shell.hasVhds()).isTrue();
                    Map<String, VirtualHost> all = new HashMap<>(hosts.getOrDefault(own.name(), Map.of()));
                    all.putAll(byName(shell.getVirtualHostsList()));
                    assertThat(all).isEqualTo(byName(table.getVirtualHostsList()));
                    assertThat(shell.toBuilder()
                                    .clearVirtualHosts()
                                    .clearVhds()
                                    .setName("")
                                    .build())
                            .isEqualTo(table.toBuilder()
                                    .clearVirtualHosts()
                                    .setName("")
                                    .build());
                } else {
                    assertThat(byHost).containsEntry(id, message);
                }
            } else if (!id.typeUrl().equals(TypeUrls.LISTENER)) {
                assertThat(byHost).containsEntry(id, message);
            }
        });
        long tables = whole.keySet().stream()
                .filter(id -> id.typeUrl().equals(TypeUrls.ROUTES))
                .count();
        assertThat(byHost.keySet().stream().filter(id -> !id.typeUrl().equals(TypeUrls.VIRTUAL_HOST)))
                .hasSameSizeAs(whole.keySet());
        assertThat(byHost.keySet().stream().filter(id -> id.typeUrl().equals(TypeUrls.ROUTES)))
                .hasSize((int) tables);
    }

    private static Map<ResourceId, Message> translated(GoldenFolder folder, TableForm form) {
        Map<ResourceId, Message> messages = new HashMap<>();
        OfflineTranslation.of(
                        List.of(folder.path().resolve("in.yaml")),
                        Golden.settings().with(form))
                .translator()
                .resources()
                .forEach((id, output) -> messages.put(id, ((Output) output).message()));
        return messages;
    }

    /** The hosts that are resources of their own, by table. */
    private static Map<String, Map<String, VirtualHost>> hosts(Map<ResourceId, Message> resources) {
        Map<String, Map<String, VirtualHost>> hosts = new HashMap<>();
        resources.forEach((id, message) -> {
            if (message instanceof VirtualHost host) {
                assertThat(id.name()).isEqualTo(host.getName());
                String table = id.name().substring(0, id.name().lastIndexOf('/'));
                hosts.computeIfAbsent(table, _ -> new HashMap<>()).putAll(byName(List.of(host)));
            }
        });
        return hosts;
    }

    /** By domain, without their names, in which the table's is. */
    private static Map<String, VirtualHost> byName(List<VirtualHost> hosts) {
        return hosts.stream()
                .map(host -> host.toBuilder().setName("").build())
                .collect(Collectors.toMap(host -> host.getDomains(0), Function.identity()));
    }
}
