package dev.gatehouse.controller.console;

import dev.gatehouse.console.model.ConditionLine;
import dev.gatehouse.console.model.Tone;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import java.util.Map;
import java.util.Set;

/** Judges whether a condition is good, and tells the reader how to repair a bad one. */
final class Remedies {
    /** Conditions that are good if they are true. */
    private static final Set<String> WANTED = Set.of(
            Conditions.ACCEPTED,
            Conditions.RESOLVED_REFS,
            Conditions.PROGRAMMED,
            Conditions.ADDRESSES_ASSIGNED,
            Conditions.BACKENDS_AVAILABLE);

    /** Conditions that report a fault if they are true. */
    private static final Set<String> BROKEN = Set.of(Conditions.CONFLICTED, "PartiallyInvalid");

    /** Conditions that report a possible surprise for the object's author if they are true. */
    private static final Set<String> DOUBTFUL = Set.of(
            Conditions.OVERLAPPING_TLS,
            Conditions.INSECURE_FRONTEND_VALIDATION,
            Conditions.WARNING,
            "RouteRulesOverlap");

    /** Remedies by reason, for reasons that determine the remedy for every condition type. */
    private static final Map<String, String> BY_REASON = Map.ofEntries(
            Map.entry(
                    "Pending",
                    "Wait some seconds. If it stays, look at Proxies: is one connected, and does it refuse something?"),
            Map.entry(
                    "BackendNotFound",
                    "Create the Service or Backend that the message names, or correct its name or port in backendRefs."),
            Map.entry(
                    "EndpointsNotFound",
                    "Start pods that the Service's selector finds and that become ready; from files, add an EndpointSlice."),
            Map.entry(
                    "RefNotPermitted",
                    "Create a ReferenceGrant in the namespace of the object that is referred to, or move one of the two."),
            Map.entry("InvalidKind", "Refer to a kind that is served here: a Service, a Backend or a ServiceImport."),
            Map.entry("InvalidBackendRef", "Correct the reference that the message names in backendRefs."),
            Map.entry(
                    "InvalidBackendTLS",
                    "Correct the BackendTLSPolicy or the TLS settings of the Backend that the message names."),
            Map.entry(
                    "InvalidCertificateRef",
                    "Create the Secret of type kubernetes.io/tls that the message names, with a certificate and its key."),
            Map.entry(
                    "PartiallyInvalidCertificateRef",
                    "Correct the Secret that the message names; the listener serves with its other certificates."),
            Map.entry(
                    "InvalidClientCertificateRef",
                    "Create the Secret of type kubernetes.io/tls that the message names, with a certificate and its key."),
            Map.entry(
                    "InvalidCACertificateRef",
                    "Create the ConfigMap or Secret that the message names, with a certificate in its key ca.crt."),
            Map.entry(
                    "NoValidCACertificate",
                    "Put at least one valid CA certificate into the objects that caCertificateRefs name."),
            Map.entry("InvalidListenerFilterRef", "Correct the filter that the message names."),
            Map.entry(
                    "InvalidRouteKinds",
                    "Name kinds of routes that the listener's protocol has in allowedRoutes.kinds."),
            Map.entry(
                    "ProtocolConflict", "Give one of the listeners on this port another port: their protocols differ."),
            Map.entry(
                    "HostnameConflict", "Give one of the listeners on this port another hostname: two have the same."),
            Map.entry("PortUnavailable", "Choose another port."),
            Map.entry("UnsupportedProtocol", "Choose HTTP, HTTPS, TLS, TCP or UDP as the listener's protocol."),
            Map.entry(
                    "UnsupportedAddress",
                    "Choose an address of a type that is served here, or leave spec.addresses out."),
            Map.entry("UnsupportedValue", "Change or remove the field that the message names."),
            Map.entry(
                    "ListenersNotValid",
                    "Look at the listeners: at least one has a condition that says what is wrong."),
            Map.entry(
                    "NotAllowedByListeners",
                    "Allow the route's namespace and kind in allowedRoutes of a listener, or choose another parent."),
            Map.entry("NotAllowed", "Allow the object's namespace in allowedListeners of the Gateway."),
            Map.entry(
                    "NoMatchingParent",
                    "Correct parentRefs: sectionName and port must be those of a listener that is there."),
            Map.entry(
                    "NoMatchingListenerHostname",
                    "Give the route a hostname that a listener covers, or the listener the route's."),
            Map.entry(
                    "TargetNotFound",
                    "Correct targetRefs: the object, or its section, is not there or not served here."),
            Map.entry("Conflicted", "Remove one of the two, or give it another target: the older one counts."),
            Map.entry(
                    "Invalid",
                    "Correct what the message names. Until then the last good version is served, if there was one."),
            Map.entry("InvalidParameters", "Correct the EnvoyProxy that the message names."),
            Map.entry("InvalidRule", "Correct the rule that the message names."),
            Map.entry("IncompatibleFilters", "Remove one of the filters that the message names from the rule."),
            Map.entry("UnsupportedHTTP3ClientValidation", "Switch HTTP/3 off for the listener, or client validation."),
            Map.entry(
                    "ResourceNotFound",
                    "Correct the patch: the resource that it names is not there. gatehouse config dump lists all names."),
            Map.entry(
                    "TranslationFailed",
                    "This is a fault of Gatehouse: please report it with the controller's log. The last good version is served."),
            Map.entry(
                    "AddressNotAssigned",
                    "Wait for the load balancer; if it stays, look at the Service of the proxies (kubectl describe)."),
            Map.entry("AddressNotUsable", "Choose addresses in spec.addresses that the load balancer can give."),
            Map.entry("NotAssigned", "Choose addresses in spec.addresses that the load balancer can give."),
            Map.entry("PartiallyAssigned", "Choose addresses in spec.addresses that the load balancer can give."),
            Map.entry("NoResources", "Look at the pods of the proxies: none is ready (kubectl describe pod)."),
            Map.entry("DeprecatedField", "Use the field that the message names instead, before the old one goes."),
            Map.entry(
                    "PassedOver",
                    "Remove the field that the message names, or expect nothing of it: it has no effect here."));

    /** Remedies by condition type, for other reasons. */
    private static final Map<String, String> BY_TYPE = Map.of(
            Conditions.OVERLAPPING_TLS,
            "Give the listeners certificates and hostnames that do not overlap, or expect 421 for reused connections.",
            Conditions.INSECURE_FRONTEND_VALIDATION,
            "Set the mode of frontend validation to AllowValidOnly, unless clients without a certificate are meant to pass.",
            "RouteRulesOverlap",
            "Make the matches or hostnames of the two routes differ: of the same match the older counts.",
            Conditions.ACCEPTED,
            "Correct what the message names.",
            Conditions.RESOLVED_REFS,
            "Correct the reference that the message names.",
            Conditions.PROGRAMMED,
            "Look at Proxies: one may refuse the configuration, or none is connected.",
            Conditions.CONFLICTED,
            "Change one of the two that are in each other's way.",
            Conditions.WARNING,
            "Read the message: something that was asked for has no effect.");

    private Remedies() {}

    static ConditionLine line(Condition condition) {
        Tone tone = tone(condition);
        return new ConditionLine(
                condition.type(),
                condition.status().name(),
                condition.reason(),
                condition.message(),
                tone,
                tone == Tone.BAD || tone == Tone.WARNING ? remedy(condition) : "");
    }

    static Tone tone(Condition condition) {
        String type = condition.type();
        return switch (condition.status()) {
            case True -> {
                if (BROKEN.contains(type)) {
                    yield Tone.BAD;
                }
                yield DOUBTFUL.contains(type) || condition.reason().equals("ListenersNotValid")
                        ? Tone.WARNING
                        : WANTED.contains(type) ? Tone.GOOD : Tone.PLAIN;
            }
            case False -> {
                if (!WANTED.contains(type)) {
                    yield Tone.GOOD;
                }
                yield condition.reason().equals("Pending") ? Tone.WARNING : Tone.BAD;
            }
            case Unknown -> Tone.WARNING;
        };
    }

    private static String remedy(Condition condition) {
        return BY_REASON.getOrDefault(
                condition.reason(), BY_TYPE.getOrDefault(condition.type(), "Read the message, and docs/status.md."));
    }
}
