package dev.gatehouse.controller;

import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.gatewayapi.ObjectRef;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Metrics of the controller: the objects that it serves, its pending work, and the problems of its objects. */
final class MeteredController {
    private static final int MAX_OBJECTS = 100;

    private final Controller controller;
    private final MeterRegistry meters;
    private final MultiGauge refused;
    private final Set<String> kinds = new HashSet<>();
    private Set<ObjectRef> told = Set.of();

    MeteredController(Controller controller, FileSource files, MeterRegistry meters) {
        this.controller = controller;
        this.meters = meters;
        Gauge.builder(
                        "gatehouse.controller.gateways",
                        controller,
                        c -> c.view().gateways().size())
                .description("Gateways that are served")
                .register(meters);
        Gauge.builder(
                        "gatehouse.controller.problems",
                        files,
                        source -> source.contents().problems().size())
                .description("Problems in the texts of the files")
                .register(meters);
        Gauge.builder("gatehouse.controller.queue", controller, Controller::queued)
                .description("Changes and reports that wait for the controller")
                .register(meters);
        Gauge.builder("gatehouse.controller.live", controller, each -> each.live() ? 1 : 0)
                .description("1 while changes are taken; 0: the controller's thread has ended")
                .register(meters);
        FunctionCounter.builder("gatehouse.controller.derivations", controller, Controller::derivations)
                .description("Derivations: what changes have cost")
                .register(meters);
        FunctionCounter.builder(
                        "gatehouse.controller.changes",
                        controller,
                        each -> each.tally().changes())
                .description("Changes of objects and of proxies' states")
                .register(meters);
        FunctionCounter.builder(
                        "gatehouse.controller.failures",
                        controller,
                        each -> each.tally().failures())
                .description("Errors of the translation; each left the last good result in force")
                .register(meters);
        FunctionTimer.builder(
                        "gatehouse.controller.batches",
                        controller,
                        each -> each.tally().batches(),
                        each -> each.tally().time().toNanos(),
                        TimeUnit.NANOSECONDS)
                .description("Time to translate and publish what came in together")
                .register(meters);
        refused = MultiGauge.builder("gatehouse.controller.refused")
                .description("Objects of which something is held back, because a proxy refused it")
                .register(meters);
        controller.watchStatuses(this::follow);
        controller.watch(_ -> refused());
    }

    /** On the controller's thread. */
    private void follow(Map<ObjectRef, Optional<ObjectStatus>> changes) {
        changes.keySet().stream().map(ObjectRef::kind).filter(kinds::add).forEach(this::count);
    }

    /** On the controller's thread. */
    private void refused() {
        Set<ObjectRef> now = controller.tally().refused();
        if (!now.equals(told)) {
            told = now;
            refused.register(
                    now.stream()
                            .sorted()
                            .limit(MAX_OBJECTS)
                            .map(each -> MultiGauge.Row.of(
                                    Tags.of(
                                            "kind",
                                            each.kind(),
                                            "object",
                                            each.key().toString()),
                                    1))
                            .toList(),
                    true);
        }
    }

    private void count(String kind) {
        Gauge.builder(
                        "gatehouse.controller.objects",
                        controller,
                        each -> statuses(each, kind).count())
                .description("Objects that have a status")
                .tag("kind", kind)
                .register(meters);
        Gauge.builder(
                        "gatehouse.controller.objects.not.accepted",
                        controller,
                        each -> statuses(each, kind)
                                .filter(MeteredController::notAccepted)
                                .count())
                .description("Objects of whose conditions Accepted is False")
                .tag("kind", kind)
                .register(meters);
    }

    private static Stream<ObjectStatus> statuses(Controller controller, String kind) {
        return controller.view().statuses().entrySet().stream()
                .filter(each -> each.getKey().kind().equals(kind))
                .map(Map.Entry::getValue);
    }

    private static boolean notAccepted(ObjectStatus status) {
        return conditions(status)
                .anyMatch(each -> each.type().equals("Accepted") && each.status() == Condition.Status.False);
    }

    private static Stream<Condition> conditions(ObjectStatus status) {
        return switch (status) {
            case ObjectStatus.OfClass each -> each.conditions().stream();
            case ObjectStatus.Own each -> each.conditions().stream();
            case ObjectStatus.Listeners each -> each.conditions().stream();
            case ObjectStatus.Parents each -> of(each.parents());
            case ObjectStatus.Ancestors each -> of(each.ancestors());
        };
    }

    private static Stream<Condition> of(List<ObjectStatus.ParentStatus> parents) {
        return parents.stream().flatMap(each -> each.conditions().stream());
    }
}
