package dev.gatehouse.standalone.fleet;

import java.util.Optional;

/** A listener's address that cannot be bound. */
public record PortProblem(String fleet, ListenerAddress address, Reason reason) {
    /** Why not. */
    public sealed interface Reason {
        /** @param holder the process that has it, as far as this user may see */
        record Taken(Optional<PortHolder> holder) implements Reason {}

        /** Ports below 1024 need a right that this process does not have. */
        record NotPermitted() implements Reason {}

        /** @param message the system's */
        record NotBindable(String message) implements Reason {}
    }

    /** One line for the user. */
    public String message() {
        String why = switch (reason) {
            case Reason.Taken(Optional<PortHolder> holder) ->
                "is in use"
                        + holder.map(process -> " by " + process).orElse(" by another process")
                        + "; stop that, or give the listener another port";
            case Reason.NotPermitted() ->
                "may not be bound by this user; without --privileged-ports, ports below 1024 are shifted by 10000";
            case Reason.NotBindable(String message) -> "cannot be bound: " + message;
        };
        return "Gateway " + fleet + ", listener " + address.listener() + ": " + address + " " + why;
    }
}
