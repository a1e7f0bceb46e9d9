package dev.gatehouse.console.model;

import java.util.List;

/**
 * The explanation of how a request is handled.
 *
 * @param outcome empty: each Gateway has its own
 * @param listeners those that there are, where none takes the request
 */
public record Explanation(String request, String outcome, List<String> listeners, List<AtGateway> gateways)
        implements Shown {
    public Explanation {
        listeners = List.copyOf(listeners);
        gateways = List.copyOf(gateways);
    }

    @Override
    public Object field(String component) {
        return switch (component) {
            case "request" -> request;
            case "outcome" -> outcome;
            case "listeners" -> listeners;
            case "gateways" -> gateways;
            default -> throw Shown.unknown(this, component);
        };
    }

    /**
     * What becomes of a request at the proxies of one fleet.
     *
     * @param listeners those on the port, where none takes the request
     * @param listener empty: none
     * @param route empty: none
     * @param moreNotSelected how many more routes were not selected than are named
     */
    public record AtGateway(
            String fleet,
            State outcome,
            List<String> listeners,
            String listener,
            String hostname,
            String route,
            List<Line> changes,
            List<PolicyUse> policies,
            List<Step> access,
            List<String> filters,
            List<Backend> backends,
            List<Line> notSelected,
            int moreNotSelected)
            implements Shown {
        public AtGateway {
            listeners = List.copyOf(listeners);
            changes = List.copyOf(changes);
            policies = List.copyOf(policies);
            access = List.copyOf(access);
            filters = List.copyOf(filters);
            backends = List.copyOf(backends);
            notSelected = List.copyOf(notSelected);
        }

        @Override
        public Object field(String component) {
            return switch (component) {
                case "fleet" -> fleet;
                case "outcome" -> outcome;
                case "listeners" -> listeners;
                case "listener" -> listener;
                case "hostname" -> hostname;
                case "route" -> route;
                case "changes" -> changes;
                case "policies" -> policies;
                case "access" -> access;
                case "filters" -> filters;
                case "backends" -> backends;
                case "notSelected" -> notSelected;
                case "moreNotSelected" -> moreNotSelected;
                default -> throw Shown.unknown(this, component);
            };
        }
    }

    /** A labelled text. */
    public record Line(String name, String text) implements Shown {
        @Override
        public Object field(String component) {
            return switch (component) {
                case "name" -> name;
                case "text" -> text;
                default -> throw Shown.unknown(this, component);
            };
        }
    }

    /** A requirement of a policy for a request, and its verdict. */
    public record Step(String asks, Tone tone, String verdict, String why) implements Shown {
        @Override
        public Object field(String component) {
            return switch (component) {
                case "asks" -> asks;
                case "tone" -> tone;
                case "verdict" -> verdict;
                case "why" -> why;
                default -> throw Shown.unknown(this, component);
            };
        }
    }

    /**
     * A cluster that the request may be forwarded to.
     *
     * @param problem empty: none
     */
    public record Backend(String cluster, String note, String problem, List<String> endpoints) implements Shown {
        public Backend {
            endpoints = List.copyOf(endpoints);
        }

        @Override
        public Object field(String component) {
            return switch (component) {
                case "cluster" -> cluster;
                case "note" -> note;
                case "problem" -> problem;
                case "endpoints" -> endpoints;
                default -> throw Shown.unknown(this, component);
            };
        }
    }
}
