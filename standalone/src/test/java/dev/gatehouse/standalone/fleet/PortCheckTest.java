package dev.gatehouse.standalone.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.fleet.ListenerAddress.Transport;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PortCheckTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    Path proc;

    @Test
    void aTakenPortIsToldWithItsListenerAndItsHolder() throws IOException {
        try (ServerSocket held = new ServerSocket(0, 1, LOOPBACK)) {
            Files.createDirectories(proc.resolve("net"));
            Files.writeString(proc.resolve("net/tcp"), """
                      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                       0: 0100007F:%04X 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 111 1 0 20 4 30 10 -1
                       1: 0100007F:%04X 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0 100 0 0 10 0
                    """.formatted(held.getLocalPort(), held.getLocalPort()));
            process(41, "client", 111);
            process(42, "envoy", 222);

            Optional<PortProblem> problem = new PortCheck(new ProcNet(proc))
                    .problem("ns/gw", new ListenerAddress("http", LOOPBACK, held.getLocalPort(), Transport.TCP));

            assertThat(problem.map(PortProblem::message))
                    .contains("Gateway ns/gw, listener http: tcp 127.0.0.1:" + held.getLocalPort()
                            + " is in use by envoy (process 42); stop that, or give the listener another port");
        }
    }

    @Test
    void aTakenPortIsToldWithoutAHolderWhereThereIsNoProc() throws IOException {
        try (DatagramSocket held = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            Optional<PortProblem> problem = new PortCheck(new ProcNet(proc.resolve("none")))
                    .problem("ns/gw", new ListenerAddress("dns", LOOPBACK, held.getLocalPort(), Transport.UDP));

            assertThat(problem.map(PortProblem::reason)).contains(new PortProblem.Reason.Taken(Optional.empty()));
        }
    }

    @Test
    void aFreePortIsNoProblem() throws IOException {
        PortCheck check = new PortCheck(new ProcNet(proc));
        assertThat(check.problem("ns/gw", new ListenerAddress("http", LOOPBACK, FreePorts.one(), Transport.TCP)))
                .isEmpty();
    }

    @Test
    void anAddressOfAnotherMachineIsNotBindable() throws IOException {
        InetAddress elsewhere = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
        assertThat(new PortCheck(new ProcNet(proc))
                        .problem("ns/gw", new ListenerAddress("http", elsewhere, 10080, Transport.TCP))
                        .map(PortProblem::message)
                        .orElse(""))
                .contains("tcp 192.0.2.1:10080 cannot be bound: ");
    }

    private void process(int pid, String command, int inode) throws IOException {
        Path folder = proc.resolve(Integer.toString(pid));
        Files.createDirectories(folder.resolve("fd"));
        Files.writeString(folder.resolve("comm"), command + "\n");
        Files.createSymbolicLink(folder.resolve("fd/3"), Path.of("socket:[" + inode + "]"));
    }
}
