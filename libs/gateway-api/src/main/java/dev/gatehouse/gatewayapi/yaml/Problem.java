package dev.gatehouse.gatewayapi.yaml;

/**
 * A problem in a user's text.
 *
 * @param severity an {@code ERROR} prevents the use of its document; a {@code WARNING} does not
 * @param location the place in the file
 * @param object the object that it is about, such as "HTTPRoute httpbin/httpbin"; empty: unknown
 * @param path the field, such as "spec.rules[0].matches[1].path.type"; empty: the whole document
 * @param message the offending value and the expected one
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
