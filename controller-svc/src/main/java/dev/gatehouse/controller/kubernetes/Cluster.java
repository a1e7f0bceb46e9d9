package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.infrastructure.InfrastructureSettings;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.identity.authority.CertificatePlan;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The controller on a Kubernetes cluster: follows its objects, and writes their statuses while this replica leads. */
public final class Cluster implements AutoCloseable {
    /**
     * One of several controller processes.
     *
     * @param namespace the namespace of the Lease
     * @param identity the replica's name, unique among the replicas
     */
    public record Replica(String namespace, String lease, String identity, Leadership.Timing timing) {}

    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
    private static final Duration CERTIFICATE_LIFE = Duration.ofDays(90);

    private final Controller controller;
    private final Leadership leadership;
    private final ClusterEvents events;
    private final StatusWriter statuses;
    private final KubernetesInfrastructure infrastructure;
    private final KubernetesSource source;
    private final Optional<CertificateSecrets> certificates;
    private volatile boolean translated;
    private final LeaderLabel label;

    /**
     * @param controllerNames the controller names whose entries in statuses this controller writes
     * @param secretNamespaces the namespaces in which Secrets are read; an empty list: all namespaces
     * @param more kinds to follow in addition to Gatehouse's own
     * @param watched the namespaces in which objects are followed
     * @param identity takes this replica's certificate; empty: the installation uses no certificates
     */
    public Cluster(
            KubernetesClient client,
            Controller controller,
            Set<String> controllerNames,
            Replica replica,
            InfrastructureSettings settings,
            List<String> secretNamespaces,
            List<? extends Kind<?>> more,
            WatchedNamespaces watched,
            Optional<CertificateSecrets.Identity> identity) {
        this.controller = controller;
        leadership = new Leadership(client, replica.namespace(), replica.lease(), replica.identity(), replica.timing());
        label = new LeaderLabel(client, replica, leadership);
        events = new ClusterEvents(client, leadership::leads, InstantSource.system());
        statuses = new StatusWriter(client, this::writes, events, controllerNames, InstantSource.system());
        infrastructure = new KubernetesInfrastructure(
                new FleetApply(client, events, controllerNames, replica.namespace()),
                this::writes,
                this::applied,
                InstantSource.system());
        source = new KubernetesSource(client, controller, statuses, secretNamespaces, more, watched);
        certificates = identity.map(own -> new CertificateSecrets(
                client,
                events,
                own,
                settings,
                leadership::leads,
                new CertificatePlan(AUTHORITY_LIFE, CERTIFICATE_LIFE, new SecureRandom()),
                InstantSource.system()));
    }

    /** Starts to follow the cluster; returns at once. */
    public void start(MeterRegistry meters) {
        Gauge.builder("gatehouse.controller.leads", leadership, each -> each.leads() ? 1 : 0)
                .description("1 while this replica writes to the cluster")
                .register(meters);
        FunctionCounter.builder("gatehouse.controller.status.writes", statuses, StatusWriter::writes)
                .description("Statuses written")
                .register(meters);
        FunctionCounter.builder("gatehouse.controller.status.failures", statuses, StatusWriter::failures)
                .description("Statuses that the API server did not take; they are written again")
                .register(meters);
        Gauge.builder("gatehouse.controller.status.waiting", statuses, StatusWriter::waiting)
                .description("Statuses that wait to be written")
                .register(meters);
        Gauge.builder(
                        "gatehouse.controller.status.lag",
                        statuses,
                        each -> each.lag().toMillis() / 1000.0)
                .description("How long the status that is overdue longest has been due")
                .baseUnit("seconds")
                .register(meters);
        FunctionCounter.builder("gatehouse.controller.events.dropped", events, ClusterEvents::dropped)
                .description("Events that were not written, for their number or since the API server refused them")
                .register(meters);
        controller.watchStatuses(statuses::wanted);
        controller.watch(view -> infrastructure.wanted(view.infrastructure()));
        controller.watch(_ -> translated());
        controller.standsBy(() -> translated && !leadership.serves());
        leadership.onLead(statuses::lead);
        leadership.onLead(infrastructure::lead);
        certificates.ifPresent(each -> {
            controller.watch(view -> each.wanted(view.infrastructure()));
            leadership.onLead(each::lead);
            each.start();
        });
        label.start();
        events.start();
        statuses.start();
        infrastructure.start();
        source.start();
        leadership.start();
    }

    /**
     * True if this replica may write: it leads, and it has translated all objects. Before that it would delete all
     * statuses and fleets as unwanted.
     */
    private boolean writes() {
        return translated && leadership.leads();
    }

    private void translated() {
        if (!translated) {
            translated = true;
            statuses.lead();
            infrastructure.lead();
        }
    }

    private void applied(String fleet, Optional<String> refusal, Optional<String> unmadePods) {
        try {
            controller.submit(List.of(new Change.Applied(fleet, refusal, unmadePods)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The election of the replica that writes. */
    public Leadership leadership() {
        return leadership;
    }

    @Override
    public void close() throws InterruptedException {
        label.close();
        source.close();
        certificates.ifPresent(CertificateSecrets::close);
        infrastructure.close();
        statuses.close();
        events.close();
        leadership.close();
    }
}
