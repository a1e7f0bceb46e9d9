package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.controller.infrastructure.FleetNames;
import dev.gatehouse.controller.infrastructure.Infrastructure;
import dev.gatehouse.controller.infrastructure.InfrastructureSettings;
import dev.gatehouse.controller.infrastructure.KubernetesObject;
import dev.gatehouse.controller.kubernetes.CertificateSecrets.Place;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificatePlan.Wanted;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The desired certificates of an installation: one for each service, and one for each fleet with objects. */
final class WantedCertificates {
    /** The name of this process's service. */
    static final String CONTROLLER = "controller-svc";

    private static final String XDS = "xds-svc";
    private static final List<String> SERVICES = List.of(CONTROLLER, XDS, "ratelimit-svc", "waf-svc", "authz-svc");

    private WantedCertificates() {}

    /** The name of the Secret with a service's certificate. */
    static String secretOf(String service) {
        return service + "-certificate";
    }

    /** The certificates by their Secrets. A fleet's Secret is in the namespace of its other objects. */
    static Map<ObjectKey, Place> of(Map<String, Infrastructure> fleets, InfrastructureSettings settings) {
        Map<ObjectKey, Place> wanted = new HashMap<>();
        ObjectMeta services = new ObjectMetaBuilder()
                .addToLabels("app.kubernetes.io/managed-by", "gatehouse")
                .build();
        for (String service : SERVICES) {
            List<String> dnsNames = new ArrayList<>(dnsNames(service, settings));
            if (service.equals(XDS)) {
                dnsNames.addAll(dnsNames(InfrastructureSettings.XDS_SERVICE, settings));
            }
            wanted.put(
                    new ObjectKey(settings.namespace(), secretOf(service)),
                    new Place(new Wanted(new ProcessName.Service(service), dnsNames), services));
        }
        fleets.forEach((fleet, infrastructure) -> {
            if (infrastructure instanceof Infrastructure.Desired desired) {
                desired.objects().stream()
                        .filter(object -> object.id().kind().equals("ConfigMap"))
                        .forEach(object -> wanted.put(
                                new ObjectKey(object.key().namespace(), FleetNames.certificate(fleet)),
                                new Place(new Wanted(new ProcessName.Fleet(fleet), List.of()), metadata(object))));
            }
        });
        return wanted;
    }

    private static ObjectMeta metadata(KubernetesObject object) {
        return Serialization.jsonMapper().convertValue(object.tree().get("metadata"), ObjectMeta.class);
    }

    private static List<String> dnsNames(String service, InfrastructureSettings settings) {
        String inNamespace = service + "." + settings.namespace();
        return List.of(service, inNamespace, inNamespace + ".svc", inNamespace + ".svc." + settings.clusterDomain());
    }
}
