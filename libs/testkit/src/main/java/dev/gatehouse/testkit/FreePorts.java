package dev.gatehouse.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports that were free a moment ago at every address, for what cannot bind port 0 and tell.
 *
 * <p>They lie below the range from which the kernel takes the local port of a connection ({@code
 * net.ipv4.ip_local_port_range}): a port of that range may belong to a connection before the test has bound it. A port
 * is given out once in a process.
 */
public final class FreePorts {
    private static final Path LOCAL_PORT_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    /** Above what well-known servers listen to, and above what a user may bind on any system. */
    private static final int FIRST = 12_000;

    private static final int END = firstLocalPort();

    private static final int ATTEMPTS = 1_000;

    private static final Set<Integer> given = new HashSet<>();

    private FreePorts() {}

    /** A port that is free for TCP and for UDP. */
    public static int one() {
        return some(1).getFirst();
    }

    /** Different ones. */
    public static synchronized List<Integer> some(int count) {
        List<Integer> ports = new ArrayList<>();
        for (int attempt = 0; attempt < ATTEMPTS && ports.size() < count; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (!given.contains(port) && free(port)) {
                given.add(port);
                ports.add(port);
            }
        }
        if (ports.size() < count) {
            throw new IllegalStateException("only " + ports.size() + " of " + count + " ports from " + FIRST + " to "
                    + (END - 1) + " were found free in " + ATTEMPTS + " attempts");
        }
        return List.copyOf(ports);
    }

    private static boolean free(int port) {
        try (ServerSocket tcp = new ServerSocket(port);
                DatagramSocket udp = new DatagramSocket(port)) {
            return tcp.isBound() && udp.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** 32768 unless the machine was told otherwise; that too where the range leaves nothing below it. */
    private static int firstLocalPort() {
        try {
            int first =
                    Integer.parseInt(Files.readString(LOCAL_PORT_RANGE).strip().split("\\s+")[0]);
            return first > FIRST + ATTEMPTS ? first : 32_768;
        } catch (IOException e) {
            throw new UncheckedIOException("the range of local ports", e);
        }
    }
}
