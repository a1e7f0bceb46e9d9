package dev.gatehouse.seclang.parse;

import java.util.List;

/** A directive and its parts. */
public sealed interface Directive {
    /** Its name as it was written; names are compared without regard to case. */
    Span name();

    /** {@code SecRule VARIABLES OPERATOR [ACTIONS]}. */
    record SecRule(Span name, List<TargetText> targets, OperatorText operator, List<ActionText> actions)
            implements Directive {
        public SecRule {
            targets = List.copyOf(targets);
            actions = List.copyOf(actions);
        }
    }

    /** {@code SecAction} or {@code SecDefaultAction} and its list of actions. */
    record ActionList(Span name, List<ActionText> actions) implements Directive {
        public ActionList {
            actions = List.copyOf(actions);
        }
    }

    /** Any other directive. */
    record Setting(Span name, List<Span> arguments) implements Directive {
        public Setting {
            arguments = List.copyOf(arguments);
        }
    }
}
