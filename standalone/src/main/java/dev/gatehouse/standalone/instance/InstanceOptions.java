package dev.gatehouse.standalone.instance;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The instance that a command looks at: one on this machine, or a cluster. */
public final class InstanceOptions {
    /** The admin port of {@code gatehouse run} unless it is told another. */
    public static final int USUAL_ADMIN_PORT = 19900;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            defaultValue = "" + USUAL_ADMIN_PORT,
            description = "The admin port of 'gatehouse run' on this machine (${DEFAULT-VALUE}).")
    private int port;

    @Mixin
    private KubeconfigOptions kubeconfig = new KubeconfigOptions();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "Where Gatehouse is installed (" + ClusterGatehouse.USUAL_NAMESPACE
                    + ", or the only namespace that has it); implies --kubernetes.")
    private @Nullable String namespace;

    /** Whether the command looks at a cluster. */
    public boolean cluster() {
        return kubeconfig.cluster() || namespace != null;
    }

    /** Whether the command line itself names a cluster: the environment alone may ask for one, too. */
    public boolean named() {
        return kubeconfig.named() || namespace != null;
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
        Config config = kubeconfig.config();
        KubernetesClient client = KubeconfigOptions.client(config);
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
        return kubeconfig.client();
    }

    private static String contextName(Config config) {
        return config.getCurrentContext() == null
                ? config.getMasterUrl()
                : "context " + config.getCurrentContext().getName();
    }
}
