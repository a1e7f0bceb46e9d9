package dev.gatehouse.controller.files;

import dev.gatehouse.controller.files.FileSet.Contents;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.ResourceReader.Broken;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Computes the changes between the previous and the new contents of files. Not thread-safe. */
public final class FileChanges {
    private final String controllerName;
    private Map<ObjectRef, Found<?>> current = Map.of();
    private Map<ObjectRef, Broken> broken = Map.of();

    /** @param controllerName the controller name of the built-in GatewayClasses */
    public FileChanges(String controllerName) {
        this.controllerName = controllerName;
    }

    /** The changes from the contents of the last call to {@code contents}. */
    public List<Change> to(Contents contents) {
        List<Change> changes = new ArrayList<>();
        for (String name : BuiltInClasses.NAMES) {
            if (!contents.objects().containsKey(ObjectRef.of(Kinds.GATEWAY_CLASS, new ObjectKey("", name)))) {
                changes.add(BuiltInClasses.put(name, controllerName));
            }
        }
        contents.objects().forEach((ref, found) -> {
            Found<?> before = current.get(ref);
            if (before == null || !before.resource().equals(found.resource())) {
                changes.add(put(found));
            }
        });
        contents.broken().forEach((ref, found) -> {
            Broken before = broken.get(ref);
            if (before == null || !found.object().equals(before.object())) {
                changes.add(new Change.Broken(found.kind(), found.object()));
            }
        });
        broken.forEach((ref, before) -> {
            if (!contents.broken().containsKey(ref) && !contents.objects().containsKey(ref)) {
                changes.add(new Change.Remove(before.kind(), ref.key()));
            }
        });
        current.forEach((ref, before) -> {
            boolean builtIn = before.kind().equals(Kinds.GATEWAY_CLASS) && BuiltInClasses.NAMES.contains(ref.name());
            if (!contents.objects().containsKey(ref) && !builtIn) {
                changes.add(new Change.Remove(before.kind(), ref.key()));
            }
        });
        current = new HashMap<>(contents.objects());
        broken = new HashMap<>(contents.broken());
        return changes;
    }

    private static Change put(Found<?> found) {
        Resource<?> resource = found.resource();
        return new Change.Put(found.kind(), resource);
    }
}
