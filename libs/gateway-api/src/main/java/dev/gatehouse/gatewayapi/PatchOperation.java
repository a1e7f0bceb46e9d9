package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.merge.JsonPatch;
import dev.gatehouse.gatewayapi.merge.JsonPatch.Op;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Optional;

/** Reads operations of JSON patches, as the API writes them. */
final class PatchOperation {
    private PatchOperation() {}

    static JsonPatch.Operation read(Fields f) {
        return new JsonPatch.Operation(
                f.requiredChoice("op", Op.class),
                f.string("jsonPath").filter(text -> !text.isEmpty()),
                f.string("path").orElse(""),
                f.string("from"),
                f.anyTree("value"));
    }

    /**
     * The missing or superfluous field of an operation (RFC 6902, section 4), with the field's name first; empty: the
     * operation is complete.
     */
    static Optional<String> problem(Fields f, JsonPatch.Operation operation) {
        Op op = operation.op();
        boolean value = operation.value() != null;
        boolean from = operation.from().isPresent();
        if (!f.has("path") && !f.has("jsonPath")) {
            return Optional.of("path: is missing (expected: a JSON pointer, or a jsonPath)");
        }
        if (value != (op == Op.add || op == Op.replace || op == Op.test)) {
            return Optional.of("value: "
                    + (value ? "is set (expected: none for " : "is missing (expected: a value for ") + op + ")");
        }
        if (from != (op == Op.move || op == Op.copy)) {
            return Optional.of("from: "
                    + (from ? "is set (expected: none for " : "is missing (expected: a JSON pointer for ") + op + ")");
        }
        return Optional.empty();
    }
}
