package dev.gatehouse.console.model;

import java.util.List;

/**
 * A policy with its conditions, and where it counts.
 *
 * @param complete false: not every rule was looked at, since there are too many
 */
public record PolicyDetails(PolicyEntry policy, List<Ancestor> ancestors, List<Effect> effects, boolean complete)
        implements Shown {
    public PolicyDetails {
        ancestors = List.copyOf(ancestors);
        effects = List.copyOf(effects);
    }

    @Override
    public Object field(String component) {
        return switch (component) {
            case "policy" -> policy;
            case "ancestors" -> ancestors;
            case "effects" -> effects;
            case "complete" -> complete;
            default -> throw Shown.unknown(this, component);
        };
    }

    /** The conditions of a policy for one of its ancestors. */
    public record Ancestor(String reference, List<ConditionLine> conditions) implements Shown {
        public Ancestor {
            conditions = List.copyOf(conditions);
        }

        @Override
        public Object field(String component) {
            return switch (component) {
                case "reference" -> reference;
                case "conditions" -> conditions;
                default -> throw Shown.unknown(this, component);
            };
        }
    }

    /**
     * A merged result, and the route rules for which it is equal.
     *
     * @param places the first of them
     * @param more how many further ones there are
     */
    public record Effect(PolicyUse use, List<String> places, int more) implements Shown {
        public Effect {
            places = List.copyOf(places);
        }

        @Override
        public Object field(String component) {
            return switch (component) {
                case "use" -> use;
                case "places" -> places;
                case "more" -> more;
                default -> throw Shown.unknown(this, component);
            };
        }
    }
}
