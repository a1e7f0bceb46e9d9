package dev.gatehouse.authz.audit;

import dev.gatehouse.authz.policy.Subjects;
import dev.gatehouse.events.kafka.KafkaSecurityEvents;
import dev.gatehouse.events.kafka.quarkus.KafkaConfig;
import dev.gatehouse.xdsclient.XdsNode;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the audit log together. */
@Singleton
final class AuditWiring {
    private Optional<AuditQueues> queues = Optional.empty();
    private Optional<KafkaAudit> kafka = Optional.empty();

    @Produces
    @Singleton
    AuditTrail auditTrail(
            AuditConfig config,
            KafkaConfig brokers,
            Subjects subjects,
            MeterRegistry meters,
            @ConfigProperty(name = "gatehouse.authz.node-id") Optional<String> replica) {
        AuditQueues started = new AuditQueues(config.queue(), config.queueBytes(), meters);
        queues = Optional.of(started);
        if (config.log()) {
            started.add("log", new LogAudit());
        }
        if (config.kafka()) {
            kafka = brokers.securityLink()
                    .map(link -> new KafkaAudit(
                            new KafkaSecurityEvents(link), replica.orElseGet(() -> XdsNode.hostName("authz-svc"))));
            kafka.ifPresent(destination -> started.add("kafka", destination));
        }
        return new AuditTrail(subjects, InstantSource.system(), started::take);
    }

    @PreDestroy
    void close() throws InterruptedException {
        if (queues.isPresent()) {
            queues.get().close();
        }
        kafka.ifPresent(KafkaAudit::close);
    }
}
