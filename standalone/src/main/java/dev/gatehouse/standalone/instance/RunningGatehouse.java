package dev.gatehouse.standalone.instance;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A running Gatehouse: its processes, their pages and their logs. Used by one thread at a time, except {@link #follow}. */
public sealed interface RunningGatehouse extends AutoCloseable permits LocalGatehouse, ClusterGatehouse {
    /** "gatehouse run on 127.0.0.1:19900", "namespace envoy-gateway-system of context prod". */
    String described();

    /** True: pods of a cluster; false: one process on this machine that is all services. */
    boolean cluster();

    /** The processes of a component in the order of their names, including processes that are not ready. */
    List<Replica> replicas(Component component) throws IOException;

    /** The processes that are services, each once. */
    List<Replica> services() throws IOException;

    /**
     * The text of a page.
     *
     * @param path with its query
     * @throws IOException what stands in the way, with the replica's name
     */
    String get(Replica replica, String path) throws IOException;

    /**
     * The last log lines of a process, oldest first.
     *
     * @param since how far back
     * @param atMost lines
     * @throws IOException what stands in the way
     */
    List<LogLine> logs(Replica replica, Duration since, int atMost) throws IOException;

    /**
     * Hands over each line that a process logs from now on, or from {@code since} before. Returns when the process has ended or the thread is interrupted. May be called by
     * several threads, for a replica each.
     *
     * @throws IOException what stands in the way
     */
    void follow(Replica replica, Duration since, Consumer<LogLine> lines) throws IOException, InterruptedException;

    @Override
    void close();

    /**
     * The replicas of a component; throws if none of them is ready.
     *
     * @throws CommandFailure none is ready; says which there are and what they wait for
     */
    default List<Replica> ready(Component component) throws IOException {
        List<Replica> all = replicas(component);
        List<Replica> ready = all.stream().filter(Replica::ready).toList();
        if (ready.isEmpty()) {
            throw new CommandFailure(
                    all.isEmpty()
                            ? component + " has no pod in " + described()
                                    + " (expected: one at least; deploy/doctor tells" + " what an installation lacks)"
                            : "no replica of " + component + " is ready in " + described() + ": "
                                    + String.join(
                                            ", ",
                                            all.stream()
                                                    .map(each -> each + " (" + each.state() + ")")
                                                    .toList())
                                    + " (expected: a ready one; 'gatehouse logs " + component + "' tells more)");
        }
        return ready;
    }
}
