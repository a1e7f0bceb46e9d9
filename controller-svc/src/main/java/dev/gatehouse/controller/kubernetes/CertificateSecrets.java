package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.controller.infrastructure.Infrastructure;
import dev.gatehouse.controller.infrastructure.InfrastructureSettings;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.identity.KeyMaterial;
import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificatePlan;
import dev.gatehouse.identity.authority.CertificatePlan.AuthorityState;
import dev.gatehouse.identity.authority.CertificatePlan.Kept;
import dev.gatehouse.identity.authority.CertificatePlan.KeptAuthority;
import dev.gatehouse.identity.authority.CertificatePlan.Wanted;
import dev.gatehouse.identity.authority.Issued;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the installation's certificates and keys in Secrets. The certificates (type kubernetes.io/tls) are the
 * authority's, one for each service and one for each fleet of proxies. The keys seal the config log, and the sessions
 * and cookies of authz-svc's users. The leader writes the Secrets; every replica reads its own certificate from its
 * Secret.
 *
 * <p>An existing Secret of another owner is not changed: the fleet then waits, and the log says why. An authority that
 * cert-manager keeps ({@code cert-manager.io/certificate-name}) is used for signing and never written.
 *
 * <p>One virtual thread checks the Secrets every half minute, and when it is woken.
 */
public final class CertificateSecrets implements AutoCloseable {
    private static final Logger LOG = System.getLogger(CertificateSecrets.class.getName());

    /** The label of each Secret that this class writes. */
    static final String LABEL = "gatehouse.dev/certificate";

    private static final String AUTHORITY = "gatehouse-ca";
    private static final String SEAL = "gatehouse-seal";
    private static final String SEAL_KEYS = "keys";
    private static final String SESSION_KEYS = "gatehouse-session-keys";
    private static final String CERT_MANAGER = "cert-manager.io/certificate-name";
    private static final String TLS = "kubernetes.io/tls";
    private static final int KEY_BYTES = 32;
    private static final int LOOK_EVERY_SECONDS = 30;
    private static final int CONFLICT = 409;

    private final KubernetesClient client;
    private final Identity identity;
    private final InfrastructureSettings settings;
    private final ClusterEvents events;
    private final BooleanSupplier leads;
    private final CertificatePlan plan;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread;
    private volatile Map<String, Infrastructure> fleets = Map.of();
    private Optional<String> told = Optional.empty();

    /**
     * The consumers of this replica's own certificate and keys.
     *
     * @param namespace the namespace of the authority's and the services' Secrets
     * @param certificate takes the certificate
     * @param sealKeys takes the keys that seal the config log
     */
    public record Identity(String namespace, Consumer<KeyMaterial> certificate, Consumer<String> sealKeys) {}

    /**
     * A desired Secret with a certificate.
     *
     * @param metadata the Secret's labels, annotations and owners
     */
    public record Place(Wanted certificate, ObjectMeta metadata) {}

    /**
     * @param events receives an Event for each new certificate
     * @param settings the services' namespace and DNS domain, which are part of their names
     */
    CertificateSecrets(
            KubernetesClient client,
            ClusterEvents events,
            Identity identity,
            InfrastructureSettings settings,
            BooleanSupplier leads,
            CertificatePlan plan,
            InstantSource clock) {
        this.client = client;
        this.events = events;
        this.identity = identity;
        this.settings = settings;
        this.leads = leads;
        this.plan = plan;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("certificates").unstarted(this::run);
    }

    /** Starts the thread; returns at once. */
    public void start() {
        thread.start();
    }

    /** Sets the existing fleets; returns at once. */
    public void wanted(Map<String, Infrastructure> now) {
        if (!now.equals(fleets)) {
            fleets = Map.copyOf(now);
            wake.release();
        }
    }

    /** Notifies that this replica leads from now on; returns at once. */
    public void lead() {
        wake.release();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                look();
                boolean woken = wake.tryAcquire(told.isPresent() ? 2 : LOOK_EVERY_SECONDS, TimeUnit.SECONDS);
                if (woken) {
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private void look() {
        try {
            if (leads.getAsBoolean()) {
                renew();
            }
            told = takeOwn();
        } catch (GeneralSecurityException | RuntimeException e) {
            Optional<String> failure = Optional.of(String.valueOf(e.getMessage()));
            if (!failure.equals(told)) {
                LOG.log(Level.ERROR, "certificates: {0}; what is in use stays in use", e.getMessage());
                told = failure;
            }
        }
    }

    /** Takes this replica's certificate; returns what is still missing; empty: nothing. */
    private Optional<String> takeOwn() throws GeneralSecurityException {
        ObjectKey key = new ObjectKey(identity.namespace(), WantedCertificates.secretOf(WantedCertificates.CONTROLLER));
        Secret own = secret(key);
        if (own == null) {
            String missing = "Secret " + key + " is not there yet";
            if (!told.equals(Optional.of(missing))) {
                LOG.log(Level.INFO, "{0}: the leader makes it; until then nobody can connect", missing);
            }
            return Optional.of(missing);
        }
        identity.certificate()
                .accept(KeyMaterial.ofPem(text(own, "tls.crt"), text(own, "tls.key"), text(own, "ca.crt")));
        Secret seal = secret(new ObjectKey(identity.namespace(), SEAL));
        if (seal != null) {
            identity.sealKeys().accept(text(seal, SEAL_KEYS).strip());
        }
        return Optional.empty();
    }

    private void renew() throws GeneralSecurityException {
        keys();
        Optional<KeptAuthority> authority = authority();
        if (authority.isEmpty()) {
            return;
        }
        Map<ObjectKey, Place> places = WantedCertificates.of(fleets, settings);
        Map<ObjectKey, Wanted> now = new HashMap<>();
        places.forEach((key, place) -> now.put(key, place.certificate()));
        Map<ObjectKey, Secret> there = new HashMap<>();
        for (String namespace : namespaces(places.keySet())) {
            for (Secret each : client.secrets()
                    .inNamespace(namespace)
                    .withLabel(LABEL, "true")
                    .list()
                    .getItems()) {
                there.put(key(each), each);
            }
        }
        Map<ObjectKey, Kept> kept = new HashMap<>();
        there.forEach((key, secret) ->
                kept.put(key, new Kept(text(secret, "tls.crt"), text(secret, "tls.key"), text(secret, "ca.crt"))));
        List<String> failures = new ArrayList<>();
        plan.renewals(authority.get(), now, kept, clock.instant()).forEach((key, made) -> {
            try {
                Secret secret = write(
                        key,
                        Objects.requireNonNull(places.get(key)).metadata(),
                        Optional.ofNullable(there.get(key)),
                        made);
                LOG.log(Level.INFO, "certificate of {0} written to Secret {1}", name(now, key), key);
                events.tell(
                        new ClusterEvents.Subject(
                                "v1",
                                "Secret",
                                key.namespace(),
                                key.name(),
                                secret.getMetadata().getUid()),
                        new ClusterEvents.News(
                                false,
                                there.containsKey(key) ? "CertificateRenewed" : "CertificateIssued",
                                "has a new certificate of " + name(now, key)));
                if (!there.containsKey(key)
                        && Objects.requireNonNull(now.get(key)).name() instanceof ProcessName.Service service) {
                    makeWaitingPodsAnew(service.name());
                }
            } catch (KubernetesClientException e) {
                failures.add("Secret " + key + ": " + reason(e));
            }
        });
        if (!failures.isEmpty()) {
            throw new GeneralSecurityException(String.join("; ", failures));
        }
    }

    /**
     * Deletes pods that wait for their Secret. The kubelet retries a missing Secret ever more slowly, up to two
     * minutes; a new pod finds the Secret at once.
     */
    private void makeWaitingPodsAnew(String service) {
        client
                .pods()
                .inNamespace(identity.namespace())
                .withLabel("app.kubernetes.io/name", service)
                .list()
                .getItems()
                .stream()
                .filter(CertificateSecrets::waitsForVolumes)
                .forEach(pod -> client.pods()
                        .inNamespace(identity.namespace())
                        .withName(pod.getMetadata().getName())
                        .withGracePeriod(0)
                        .delete());
    }

    private static boolean waitsForVolumes(Pod pod) {
        return "Pending".equals(pod.getStatus().getPhase())
                && pod.getSpec().getNodeName() != null
                && pod.getMetadata().getDeletionTimestamp() == null;
    }

    private static Set<String> namespaces(Set<ObjectKey> secrets) {
        return secrets.stream().map(ObjectKey::namespace).collect(Collectors.toSet());
    }

    private static String name(Map<ObjectKey, Wanted> wanted, ObjectKey key) {
        return Objects.requireNonNull(wanted.get(key)).name().toString();
    }

    private static String reason(KubernetesClientException e) {
        return e.getCode() == CONFLICT
                ? "is there and not ours, or was changed meanwhile (expected: none, or one with the label " + LABEL
                        + ")"
                : String.valueOf(e.getMessage());
    }

    private Secret write(ObjectKey key, ObjectMeta metadata, Optional<Secret> before, Kept made) {
        SecretBuilder secret = before.map(SecretBuilder::new)
                .orElseGet(() -> new SecretBuilder()
                        .withType(TLS)
                        .withNewMetadataLike(metadata)
                        .withNamespace(key.namespace())
                        .withName(key.name())
                        .addToLabels(LABEL, "true")
                        .endMetadata());
        Secret now = secret.addToData("tls.crt", base64(made.certificate()))
                .addToData("tls.key", base64(made.key()))
                .addToData("ca.crt", base64(made.authorities()))
                .build();
        return before.isPresent()
                ? client.secrets().resource(now).update()
                : client.secrets().resource(now).create();
    }

    /** The authority, written if it is new or renewed; empty: another replica wrote it first, and the next check finds it. */
    private Optional<KeptAuthority> authority() throws GeneralSecurityException {
        ObjectKey key = new ObjectKey(identity.namespace(), AUTHORITY);
        Secret secret = secret(key);
        if (secret != null
                && secret.getMetadata().getAnnotations() != null
                && secret.getMetadata().getAnnotations().containsKey(CERT_MANAGER)) {
            return Optional.of(new KeptAuthority(
                    new Issued(text(secret, "tls.crt"), text(secret, "tls.key")),
                    Optional.empty(),
                    text(secret, "tls.crt")));
        }
        Optional<KeptAuthority> before = Optional.ofNullable(secret).map(CertificateSecrets::kept);
        AuthorityState state = plan.authority(before, clock.instant());
        if (!state.changed()) {
            return before;
        }
        Map<String, String> data = new LinkedHashMap<>();
        data.put("tls.crt", base64(state.kept().signing().certificate()));
        data.put("tls.key", base64(state.kept().signing().key()));
        data.put("ca.crt", base64(state.kept().authorities()));
        state.kept().next().ifPresent(next -> {
            data.put("next.crt", base64(next.certificate()));
            data.put("next.key", base64(next.key()));
        });
        try {
            if (secret == null) {
                client.secrets()
                        .resource(new SecretBuilder()
                                .withType(TLS)
                                .withNewMetadata()
                                .withNamespace(key.namespace())
                                .withName(key.name())
                                .addToLabels("app.kubernetes.io/managed-by", "gatehouse")
                                .endMetadata()
                                .withData(data)
                                .build())
                        .create();
            } else {
                client.secrets()
                        .resource(new SecretBuilder(secret).withData(data).build())
                        .update();
            }
            LOG.log(Level.INFO, "the certificate authority is kept in Secret {0}", key);
            return Optional.of(state.kept());
        } catch (KubernetesClientException e) {
            if (e.getCode() == CONFLICT) {
                wake.release();
                return Optional.empty();
            }
            throw e;
        }
    }

    private static KeptAuthority kept(Secret secret) {
        boolean next = secret.getData().containsKey("next.crt");
        return new KeptAuthority(
                new Issued(text(secret, "tls.crt"), text(secret, "tls.key")),
                next ? Optional.of(new Issued(text(secret, "next.crt"), text(secret, "next.key"))) : Optional.empty(),
                text(secret, "ca.crt"));
    }

    /** Makes the missing keys: for sealing the config log, and for sealing the sessions and cookies of sign-on. */
    private void keys() {
        makeOnce(
                SEAL,
                () -> Map.of(
                        SEAL_KEYS, base64(today() + ":" + Base64.getEncoder().encodeToString(newKey()))));
        makeOnce(SESSION_KEYS, () -> Map.of(today(), Base64.getEncoder().encodeToString(newKey())));
    }

    private void makeOnce(String name, Supplier<Map<String, String>> data) {
        ObjectKey key = new ObjectKey(identity.namespace(), name);
        if (secret(key) != null) {
            return;
        }
        try {
            client.secrets()
                    .resource(new SecretBuilder()
                            .withType("Opaque")
                            .withNewMetadata()
                            .withNamespace(key.namespace())
                            .withName(key.name())
                            .addToLabels("app.kubernetes.io/managed-by", "gatehouse")
                            .endMetadata()
                            .addToData(data.get())
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
    }

    private byte[] newKey() {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    private String today() {
        return clock.instant().toString().substring(0, 10);
    }

    private @Nullable Secret secret(ObjectKey key) {
        return client.secrets()
                .inNamespace(key.namespace())
                .withName(key.name())
                .get();
    }

    private static ObjectKey key(Secret secret) {
        return new ObjectKey(
                secret.getMetadata().getNamespace(), secret.getMetadata().getName());
    }

    private static String text(Secret secret, String name) {
        String value = secret.getData() == null ? null : secret.getData().get(name);
        return value == null ? "" : new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
