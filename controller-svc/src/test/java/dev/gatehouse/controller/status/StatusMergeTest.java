package dev.gatehouse.controller.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.ParentReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class StatusMergeTest {
    private static final String OURS = "gatehouse.dev/gatewayclass-controller";
    private static final String THEIRS = "example.com/other";
    private static final String BEFORE = "2026-01-01T00:00:00Z";
    private static final String NOW = "2026-02-02T00:00:00Z";

    private final StatusMerge merge = new StatusMerge(Set.of(OURS), NOW);

    @Test
    void aStatusThatSaysTheSameIsNotWritten() {
        ObjectStatus status = gateway(3, accepted());
        assertThat(merge.patch(StatusTree.of(status, BEFORE), Optional.of(status)))
                .isEmpty();
    }

    @Test
    void integersOfAnySizeAreTheSame() {
        Map<String, Object> live = Map.of(
                "conditions",
                List.of(Map.of(
                        "type", "Accepted",
                        "status", "True",
                        "reason", "Accepted",
                        "message", "",
                        "observedGeneration", 3,
                        "lastTransitionTime", BEFORE)),
                "listeners",
                List.of());
        assertThat(merge.patch(live, Optional.of(gateway(3, accepted())))).isEmpty();
    }

    @Test
    void theTimeOfTheLastTransitionStaysWhileTheStatusIsTheSame() {
        Map<String, Object> live = StatusTree.of(gateway(3, accepted()), BEFORE);
        Map<String, Object> patch =
                merge.patch(live, Optional.of(gateway(4, accepted()))).orElseThrow();
        assertThat(conditions(patch))
                .singleElement()
                .satisfies(condition -> assertThat(condition)
                        .containsEntry("observedGeneration", 4L)
                        .containsEntry("lastTransitionTime", BEFORE));
    }

    @Test
    void theTimeOfTheLastTransitionIsNowWhereTheStatusChanges() {
        Map<String, Object> live = StatusTree.of(gateway(3, accepted()), BEFORE);
        ObjectStatus not = gateway(3, Condition.isFalse("Accepted", "Invalid", ""));
        assertThat(conditions(merge.patch(live, Optional.of(not)).orElseThrow()))
                .singleElement()
                .satisfies(condition -> assertThat(condition).containsEntry("lastTransitionTime", NOW));
    }

    @Test
    void conditionsOfTypesThatAreNotOursStayAsTheyAre() {
        Map<String, Object> foreign =
                Map.of("type", "example.com/Audited", "status", "True", "reason", "Seen", "lastTransitionTime", BEFORE);
        Map<String, Object> stale = Map.of(
                "type", "ResolvedRefs", "status", "True", "reason", "ResolvedRefs", "lastTransitionTime", BEFORE);
        Map<String, Object> listener = Map.of("name", "http", "conditions", List.of(foreign));
        Map<String, Object> live = Map.of("conditions", List.of(foreign, stale), "listeners", List.of(listener));
        Map<String, Object> patch = merge.patch(
                        live,
                        Optional.of(new ObjectStatus.Listeners(
                                1,
                                List.of(accepted()),
                                List.of(new ObjectStatus.ListenerStatus("http", List.of(), 0, List.of(accepted()))),
                                List.of())))
                .orElseThrow();
        assertThat(conditions(patch)).contains(foreign).hasSize(2);
        assertThat(conditions(patch))
                .extracting(condition -> condition.get("type"))
                .doesNotContain("ResolvedRefs");
        assertThat(patch.get("listeners"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .singleElement()
                .satisfies(each -> assertThat(each.toString())
                        .contains("example.com/Audited")
                        .contains("Accepted"));
    }

    @Test
    void entriesOfOtherControllersStayAndOursAreReplaced() {
        Map<String, Object> foreign = entry("parentRef", "their-gateway", THEIRS);
        Map<String, Object> gone = entry("parentRef", "old-gateway", OURS);
        Map<String, Object> live = Map.of("parents", List.of(foreign, gone));
        Map<String, Object> patch =
                merge.patch(live, Optional.of(route("edge"))).orElseThrow();
        assertThat(entries(patch, "parents")).hasSize(2).first().isEqualTo(foreign);
        assertThat(entries(patch, "parents").get(1).toString())
                .contains("name=edge")
                .contains(OURS);
    }

    /** The API server refuses a list with two conditions of a type. */
    @Test
    void aConditionOfEachTypeIsReplacedAndGoesWhereItIsNotSaidAnyMore() {
        for (String type : Conditions.ALL) {
            Condition first = Condition.isFalse(type, "First", "one");
            Condition second = Condition.isFalse(type, "Second", "another");
            ObjectStatus route = parents(List.of(first));
            Map<String, Object> replaced = merge.patch(
                            StatusTree.of(route, BEFORE), Optional.of(parents(List.of(second))))
                    .orElseThrow();
            assertThat(replaced.toString())
                    .as(type)
                    .contains("reason=Second", "lastTransitionTime=" + BEFORE)
                    .doesNotContain("reason=First");
            assertThat(merge.patch(StatusTree.of(route, BEFORE), Optional.of(parents(List.of())))
                            .orElseThrow()
                            .toString())
                    .as(type)
                    .doesNotContain("type=" + type);
            assertThat(conditions(merge.patch(StatusTree.of(gateway(3, first), BEFORE), Optional.of(gateway(4, second)))
                            .orElseThrow()))
                    .as(type)
                    .singleElement()
                    .satisfies(condition -> assertThat(condition).containsEntry("reason", "Second"));
        }
    }

    @Test
    void whenNothingIsToBeSaidOurEntriesGoAndTheirsStay() {
        Map<String, Object> foreign = entry("parentRef", "their-gateway", THEIRS);
        Map<String, Object> live = Map.of("parents", List.of(foreign, entry("parentRef", "edge", OURS)));
        assertThat(entries(merge.patch(live, Optional.empty()).orElseThrow(), "parents"))
                .containsExactly(foreign);
        assertThat(merge.patch(Map.of("parents", List.of(foreign)), Optional.empty()))
                .isEmpty();
        assertThat(merge.patch(StatusTree.of(gateway(1, accepted()), BEFORE), Optional.empty()))
                .isEmpty();
    }

    @Test
    void aPolicyHasAtMostSixteenAncestorsAndTheForeignOnesComeFirst() {
        Map<String, Object> foreign = entry("ancestorRef", "theirs", THEIRS);
        List<ObjectStatus.ParentStatus> all = new ArrayList<>();
        IntStream.range(0, 20).forEach(i -> all.add(parent("gateway-" + i, List.of(accepted()))));
        Map<String, Object> patch = merge.patch(
                        Map.of("ancestors", List.of(foreign)), Optional.of(new ObjectStatus.Ancestors(1, all)))
                .orElseThrow();
        assertThat(entries(patch, "ancestors")).hasSize(16).first().isEqualTo(foreign);
    }

    @Test
    void addressesThatAreGoneAreTakenAway() {
        Map<String, Object> live = StatusTree.of(
                new ObjectStatus.Listeners(
                        1,
                        List.of(accepted()),
                        List.of(),
                        List.of(new ObjectStatus.Address("IPAddress", "10.0.0.1", ""))),
                BEFORE);
        assertThat(merge.patch(live, Optional.of(gateway(1, accepted()))).orElseThrow())
                .containsOnly(Map.entry("addresses", List.of()));
    }

    @Test
    void whatTheApiServerAddsDoesNotCauseAWrite() {
        Map<String, Object> live = new HashMap<>(StatusTree.of(gateway(1, accepted()), BEFORE));
        live.put("attachedListenerSets", 0);
        assertThat(merge.patch(live, Optional.of(gateway(1, accepted())))).isEmpty();
    }

    private static Condition accepted() {
        return Condition.isTrue("Accepted", "Accepted", "");
    }

    private static ObjectStatus gateway(long generation, Condition... conditions) {
        return new ObjectStatus.Listeners(generation, List.of(conditions), List.of(), List.of());
    }

    private static ObjectStatus route(String gateway) {
        return new ObjectStatus.Parents(1, List.of(parent(gateway, List.of(accepted()))));
    }

    private static ObjectStatus parents(List<Condition> conditions) {
        return new ObjectStatus.Parents(1, List.of(parent("edge", conditions)));
    }

    private static ObjectStatus.ParentStatus parent(String gateway, List<Condition> conditions) {
        return new ObjectStatus.ParentStatus(
                new ParentReference(
                        "gateway.networking.k8s.io",
                        "Gateway",
                        Optional.empty(),
                        gateway,
                        Optional.empty(),
                        Optional.empty()),
                OURS,
                conditions);
    }

    private static Map<String, Object> entry(String field, String gateway, String controller) {
        return Map.of(field, Map.of("name", gateway), "controllerName", controller, "conditions", List.of());
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> conditions(Map<String, Object> patch) {
        return (List<Map<String, Object>>) patch.getOrDefault("conditions", List.of());
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> entries(Map<String, Object> patch, String field) {
        return (List<Map<String, Object>>) patch.getOrDefault(field, List.of());
    }
}
