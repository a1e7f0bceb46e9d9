package dev.gatehouse.console.model;

import java.util.List;

/**
 * A route with all that it says, and what policies say for it.
 *
 * @param moreListeners on how many listeners more it is than policies are shown for
 */
public record RouteDetails(RouteEntry route, List<Rule> rules, List<Attachment> attachments, int moreListeners)
        implements Shown {
    public RouteDetails {
        rules = List.copyOf(rules);
        attachments = List.copyOf(attachments);
    }

    @Override
    public Object field(String component) {
        return switch (component) {
            case "route" -> route;
            case "rules" -> rules;
            case "attachments" -> attachments;
            case "moreListeners" -> moreListeners;
            default -> throw Shown.unknown(this, component);
        };
    }

    /**
     * A rule of a route.
     *
     * @param name empty: it has none
     * @param policies what counts for it, one for each listener where that differs
     */
    public record Rule(
            int index,
            String name,
            List<String> matches,
            List<String> filters,
            List<Backend> backends,
            List<PolicyUse> policies)
            implements Shown {
        public Rule {
            matches = List.copyOf(matches);
            filters = List.copyOf(filters);
            backends = List.copyOf(backends);
            policies = List.copyOf(policies);
        }

        @Override
        public Object field(String component) {
            return switch (component) {
                case "index" -> index;
                case "name" -> name;
                case "matches" -> matches;
                case "filters" -> filters;
                case "backends" -> backends;
                case "policies" -> policies;
                default -> throw Shown.unknown(this, component);
            };
        }
    }

    /**
     * A backend of a rule.
     *
     * @param share of the rule's requests, such as "90 %"; empty: it is alone
     */
    public record Backend(String name, int weight, String share, String note) implements Shown {
        @Override
        public Object field(String component) {
            return switch (component) {
                case "name" -> name;
                case "weight" -> weight;
                case "share" -> share;
                case "note" -> note;
                default -> throw Shown.unknown(this, component);
            };
        }
    }

    /** The conditions of a route for one of its parents. */
    public record Attachment(String parent, List<ConditionLine> conditions) implements Shown {
        public Attachment {
            conditions = List.copyOf(conditions);
        }

        @Override
        public Object field(String component) {
            return switch (component) {
                case "parent" -> parent;
                case "conditions" -> conditions;
                default -> throw Shown.unknown(this, component);
            };
        }
    }
}
