package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** BackendTLSPolicy: how Envoy speaks TLS to a Service. */
public record BackendTlsPolicy(List<Target> targets, Validation validation, Map<String, String> options) {
    public BackendTlsPolicy {
        targets = List.copyOf(targets);
        options = Map.copyOf(options);
    }

    /** The Service, or one named port of it. */
    public record Target(String group, String kind, String name, Optional<String> sectionName) {
        static Target read(Fields f) {
            return new Target(
                    f.string("group").orElse(""),
                    f.requiredString("kind"),
                    f.requiredString("name"),
                    f.string("sectionName"));
        }
    }

    /** An accepted subject alternative name. The backend's certificate must have one of the accepted names. */
    public record SubjectAltName(Type type, String value) {
        /** The type of the name. */
        public enum Type {
            Hostname,
            URI
        }

        static SubjectAltName read(Fields f) {
            Type type = f.requiredChoice("type", Type.class);
            return new SubjectAltName(
                    type,
                    type == Type.Hostname
                            ? f.requiredString("hostname", Syntax.HOSTNAME)
                            : f.requiredString("uri", Syntax.NOT_EMPTY));
        }
    }

    /**
     * @param systemCertificates true: the CAs of the system are trusted
     */
    public record Validation(
            List<ObjectReference> caCertificateRefs,
            boolean systemCertificates,
            String hostname,
            List<SubjectAltName> subjectAltNames) {
        public Validation {
            caCertificateRefs = List.copyOf(caCertificateRefs);
            subjectAltNames = List.copyOf(subjectAltNames);
        }

        private enum WellKnown {
            System
        }

        static Validation read(Fields f) {
            Validation validation = new Validation(
                    f.list("caCertificateRefs", 0, 8, ObjectReference::read),
                    f.choice("wellKnownCACertificates", WellKnown.class).isPresent(),
                    f.requiredString("hostname", Syntax.PRECISE_HOSTNAME),
                    f.list("subjectAltNames", 0, 5, SubjectAltName::read));
            if (validation.caCertificateRefs.isEmpty() != validation.systemCertificates) {
                f.wrong("expected either caCertificateRefs or wellKnownCACertificates, and not both");
            }
            return validation;
        }
    }

    static BackendTlsPolicy read(Fields f) {
        return new BackendTlsPolicy(
                f.list("targetRefs", 1, 16, Target::read),
                f.requiredObject("validation", Validation::read),
                f.stringMap("options"));
    }
}
