package dev.gatehouse.controller.extensionserver;

import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.Comparator;

/** Names an object of an extension server. */
public record ExtensionReference(String group, String kind, ObjectKey key) implements Comparable<ExtensionReference> {
    private static final Comparator<ExtensionReference> ORDER = Comparator.comparing(ExtensionReference::group)
            .thenComparing(ExtensionReference::kind)
            .thenComparing(ExtensionReference::key);

    /** True if the object is of {@code kind}, in any version. */
    public boolean isOf(Kind<?> kind) {
        return kind.group().equals(group) && kind.name().equals(this.kind);
    }

    @Override
    public int compareTo(ExtensionReference other) {
        return ORDER.compare(this, other);
    }
}
