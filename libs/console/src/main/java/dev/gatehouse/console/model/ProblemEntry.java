package dev.gatehouse.console.model;

/**
 * A problem and its place.
 *
 * @param where the file with line and column; empty: it is not about a file
 * @param remedy what the reader can do; empty: the message says it
 * @param link the object's page, from the console's root; empty: it has none
 */
public record ProblemEntry(
        Tone tone, String where, String object, String field, String message, String remedy, String link)
        implements Shown {
    @Override
    public Object field(String component) {
        return switch (component) {
            case "tone" -> tone;
            case "where" -> where;
            case "object" -> object;
            case "field" -> field;
            case "message" -> message;
            case "remedy" -> remedy;
            case "link" -> link;
            default -> throw Shown.unknown(this, component);
        };
    }
}
