package dev.gatehouse.controller.files;

import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A translation of files without a data plane: for the command line.
 *
 * @param problems all that is wrong: with the texts, and with the objects together
 */
public record OfflineTranslation(Translator translator, Map<ObjectRef, Found<?>> objects, List<Problem> problems) {
    public OfflineTranslation {
        problems = List.copyOf(problems);
    }

    /** Translates the files and folders {@code roots}; {@code -} is standard input. */
    public static OfflineTranslation of(List<Path> roots, Settings settings) {
        FileSet.Contents contents = new FileSet(roots, System.in, InstantSource.system()).read(System.nanoTime());
        // A failure is in the status of its object, and so among the findings.
        Translator translator = new Translator(settings, (_, _, _) -> {});
        translator.apply(new FileChanges(settings.controllerName()).to(contents));
        List<Problem> problems = new ArrayList<>(contents.problems());
        problems.addAll(Findings.of(
                contents.objects(), translator.statuses(), translator.gateways().keySet()));
        return new OfflineTranslation(translator, contents.objects(), problems);
    }
}
