package dev.gatehouse.standalone.instance;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The instance that a command looks at: one on this machine, or a cluster. */
public final class InstanceOptions {
    /** The admin port of {@code gatehouse run} unless it is told another. */
    public static final int USUAL_ADMIN_PORT = 19900;

    private static final boolean BY_ENVIRONMENT = Boolean.parseBoolean(System.getenv("GATEHOUSE_KUBERNETES"));

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            defaultValue = "" + USUAL_ADMIN_PORT,
            description = "The admin port of 'gatehouse run' on this machine (${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = {"-k", "--kubernetes"},
            defaultValue = "${env:GATEHOUSE_KUBERNETES:-false}",
            description = "Look at the cluster that your kubeconfig names, instead of at an instance on this machine.")
    private boolean kubernetes;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "A context of the kubeconfig, instead of the current one; implies --kubernetes.")
    private @Nullable String context;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "A kubeconfig, instead of that of KUBECONFIG or ~/.kube/config; implies --kubernetes.")
    private @Nullable Path kubeconfig;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "Where Gatehouse is installed (" + ClusterGatehouse.USUAL_NAMESPACE
                    + ", or the only namespace that has it); implies --kubernetes.")
    private @Nullable String namespace;

    /** Whether the command looks at a cluster. */
    public boolean cluster() {
        return kubernetes || named();
    }

    /** Whether the command line itself names a cluster: the environment alone may ask for one, too. */
    public boolean named() {
        return context != null || kubeconfig != null || namespace != null || (kubernetes && !BY_ENVIRONMENT);
    }

    /**
     * The Gatehouse, to be closed.
     *
     * @throws CommandFailure what stands in the way
     */
    public RunningGatehouse open() {
        return cluster() ? openCluster() : new LocalGatehouse(port);
    }

    /** The Gatehouse of the cluster, whatever else the options say. */
    public ClusterGatehouse openCluster() {
        Config config = config();
        KubernetesClient client = client(config);
        try {
            return ClusterGatehouse.find(client, contextName(config), namespace);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /**
     * A client of the cluster, to be closed.
     *
     * @throws CommandFailure the kubeconfig cannot be used
     */
    public KubernetesClient client() {
        return client(config());
    }

    private static KubernetesClient client(Config config) {
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private Config config() {
        try {
            return Kubeconfig.of(context, kubeconfig);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private static String contextName(Config config) {
        return config.getCurrentContext() == null
                ? config.getMasterUrl()
                : "context " + config.getCurrentContext().getName();
    }
}
