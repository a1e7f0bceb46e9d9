package dev.gatehouse.gatewayapi.yaml;

/**
 * Something wrong with what a user wrote.
 *
 * @param severity an {@code ERROR} keeps its document from being used; a {@code WARNING} does not
 * @param location where it stands
 * @param object the object that it is about, "HTTPRoute httpbin/httpbin"; empty where none could be told
 * @param path the field, "spec.rules[0].matches[1].path.type"; empty where it is about the whole document
 * @param message the offending value and what was expected
 */
public record Problem(Severity severity, Location location, String object, String path, String message) {
    /** How bad it is. */
    public enum Severity {
        ERROR,
        WARNING
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(location).append(": ");
        if (severity == Severity.WARNING) {
            text.append("warning: ");
        }
        if (!object.isEmpty()) {
            text.append(object).append(": ");
        }
        if (!path.isEmpty()) {
            text.append(path).append(": ");
        }
        return text.append(message).toString();
    }
}
