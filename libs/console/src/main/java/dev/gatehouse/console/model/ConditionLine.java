package dev.gatehouse.console.model;

/**
 * A condition of an object's status, with a remedy if it is bad.
 *
 * @param remedy what the reader can do about it; empty: nothing needs doing
 */
public record ConditionLine(String type, String status, String reason, String message, Tone tone, String remedy)
        implements Shown {
    @Override
    public Object field(String component) {
        return switch (component) {
            case "type" -> type;
            case "status" -> status;
            case "reason" -> reason;
            case "message" -> message;
            case "tone" -> tone;
            case "remedy" -> remedy;
            default -> throw Shown.unknown(this, component);
        };
    }
}
