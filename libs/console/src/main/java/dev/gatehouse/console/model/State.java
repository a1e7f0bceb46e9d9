package dev.gatehouse.console.model;

/**
 * How something is, in a word and in a sentence.
 */
public record State(Tone tone, String text) implements Shown {
    @Override
    public Object field(String component) {
        return switch (component) {
            case "tone" -> tone;
            case "text" -> text;
            default -> throw Shown.unknown(this, component);
        };
    }
}
