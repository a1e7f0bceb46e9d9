package dev.gatehouse.standalone.instance;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster a command looks at, if it looks at one. */
public final class KubeconfigOptions {
    private static final boolean BY_ENVIRONMENT = Boolean.parseBoolean(System.getenv("GATEHOUSE_KUBERNETES"));

    @Option(
            names = {"-k", "--kubernetes"},
            defaultValue = "${env:GATEHOUSE_KUBERNETES:-false}",
            description = "Look at the cluster that your kubeconfig names, with your rights; nothing is changed there.")
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

    /** Whether the command looks at a cluster. */
    public boolean cluster() {
        return kubernetes || named();
    }

    /** Whether the command line itself names a cluster: the environment alone may ask for one, too. */
    public boolean named() {
        return context != null || kubeconfig != null || (kubernetes && !BY_ENVIRONMENT);
    }

    /**
     * A client of the cluster, to be closed.
     *
     * @throws CommandFailure the kubeconfig cannot be used
     */
    public KubernetesClient client() {
        return client(config());
    }

    /** By the JDK's HTTP client: port-forwards of the client's Vert.x variant now and then stop for good, since its WebSocket is asked for more by several threads. */
    static KubernetesClient client(Config config) {
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }

    Config config() {
        try {
            return Kubeconfig.of(context, kubeconfig);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }
}
