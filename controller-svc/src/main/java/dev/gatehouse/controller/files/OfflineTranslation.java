package dev.gatehouse.controller.files;

import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.ResourceReader.Broken;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A translation of files without a data plane: for the command line.
 *
 * @param broken the objects that cannot be read
 * @param problems all problems, of the texts and of the objects
 */
public record OfflineTranslation(
        Translator translator,
        Map<ObjectRef, Found<?>> objects,
        Map<ObjectRef, Broken> broken,
        List<Problem> problems) {
    public OfflineTranslation {
        problems = List.copyOf(problems);
    }

    /** Translates the files and folders {@code roots} as a controller does; {@code -} is standard input. */
    public static OfflineTranslation of(List<Path> roots, Settings settings) {
        return of(read(roots, settings), settings);
    }

    /**
     * Translates the files as if every proxy had already accepted the result. An object that violates its schema is
     * reported as a problem, but is translated if its reader can read it, as if an API server had admitted it.
     */
    public static OfflineTranslation preview(List<Path> roots, Settings settings) {
        FileSet.Contents contents = read(roots, settings);
        Map<ObjectRef, Found<?>> objects = new LinkedHashMap<>(contents.objects());
        Map<ObjectRef, Broken> broken = new LinkedHashMap<>(contents.broken());
        contents.broken()
                .forEach((ref, each) -> ResourceReader.preview(each.kind(), each.document())
                        .ifPresent(found -> {
                            objects.putIfAbsent(ref, found);
                            broken.remove(ref);
                        }));
        OfflineTranslation translation =
                of(new FileSet.Contents(objects, broken, contents.stale(), contents.problems()), settings);
        Map<ObjectRef, Long> generations = new HashMap<>();
        objects.forEach(
                (ref, found) -> generations.put(ref, found.resource().metadata().generation()));
        FleetState acknowledged = new FleetState(1, List.of(), List.of(), Map.of(), generations);
        translation.translator.apply(translation.translator.gateways().values().stream()
                .map(GatewayState::fleet)
                .distinct()
                .map(fleet -> new Change.Fleet(fleet, acknowledged))
                .toList());
        return translation;
    }

    private static FileSet.Contents read(List<Path> roots, Settings settings) {
        return new FileSet(
                        roots,
                        System.in,
                        InstantSource.system(),
                        settings.extensions().servers().kinds())
                .read(System.nanoTime());
    }

    private static OfflineTranslation of(FileSet.Contents contents, Settings settings) {
        // A failure is in the status of its object, and so among the findings.
        Translator translator = new Translator(settings, (_, _, _) -> {});
        translator.apply(new FileChanges(settings.controllerName()).to(contents));
        List<Problem> problems = new ArrayList<>(contents.problems());
        problems.addAll(Findings.of(
                contents.objects(), translator.statuses(), translator.gateways().keySet(), contents.problems()));
        return new OfflineTranslation(translator, contents.objects(), contents.broken(), problems);
    }
}
