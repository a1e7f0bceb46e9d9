package dev.gatehouse.standalone.fleet;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.Optional;

/**
 * Tries to bind an address, for a moment, as Envoy will. Envoy itself would not notice another Envoy of the same user there: both
 * set SO_REUSEPORT, and the kernel would share the connections out between them.
 */
final class PortCheck {
    private final ProcNet processes;

    PortCheck(ProcNet processes) {
        this.processes = processes;
    }

    Optional<PortProblem> problem(String fleet, ListenerAddress address) {
        InetSocketAddress socketAddress = new InetSocketAddress(address.address(), address.port());
        try {
            switch (address.transport()) {
                case TCP -> {
                    try (ServerSocket socket = new ServerSocket()) {
                        socket.bind(socketAddress);
                    }
                }
                case UDP -> new DatagramSocket(socketAddress).close();
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(new PortProblem(fleet, address, reason(address, e)));
        }
    }

    private PortProblem.Reason reason(ListenerAddress address, IOException failure) {
        String message = Optional.ofNullable(failure.getMessage()).orElse("no reason given");
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("in use")) {
            return new PortProblem.Reason.Taken(processes.holder(address.transport(), address.port()));
        }
        return lower.contains("permission denied")
                ? new PortProblem.Reason.NotPermitted()
                : new PortProblem.Reason.NotBindable(message);
    }
}
