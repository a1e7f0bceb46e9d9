package dev.gatehouse.standalone.fleet;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Who holds a port, from Linux' {@code /proc}: the socket's inode is in {@code net/tcp} (proc_pid_net(5)), and a process that
 * has it has a link to it under {@code fd}. Other systems, and other users' processes, give no answer.
 *
 * @param root {@code /proc}
 */
record ProcNet(Path root) {
    // State of a listening TCP socket, and of an unconnected UDP socket.
    private static final String TCP_LISTEN = "0A";
    private static final String UDP_UNCONNECTED = "07";
    private static final int ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    Optional<PortHolder> holder(ListenerAddress.Transport transport, int port) {
        Set<String> inodes = new HashSet<>();
        switch (transport) {
            case TCP -> {
                addInodes("net/tcp", port, TCP_LISTEN, inodes);
                addInodes("net/tcp6", port, TCP_LISTEN, inodes);
            }
            case UDP -> {
                addInodes("net/udp", port, UDP_UNCONNECTED, inodes);
                addInodes("net/udp6", port, UDP_UNCONNECTED, inodes);
            }
        }
        return inodes.isEmpty() ? Optional.empty() : owner(inodes);
    }

    private void addInodes(String file, int port, String state, Set<String> inodes) {
        String suffix = String.format(":%04X", port);
        try {
            for (String line : Files.readAllLines(root.resolve(file))) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > INODE && fields[ADDRESS].endsWith(suffix) && fields[STATE].equals(state)) {
                    inodes.add(fields[INODE]);
                }
            }
        } catch (IOException e) {
            // Not Linux: nothing to tell.
        }
    }

    private Optional<PortHolder> owner(Set<String> inodes) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(root, "[0-9]*")) {
            for (Path process : processes) {
                if (has(process, inodes)) {
                    return Optional.of(new PortHolder(
                            Long.parseLong(process.getFileName().toString()),
                            Files.readString(process.resolve("comm")).strip()));
                }
            }
        } catch (IOException | NumberFormatException e) {
            // It ended meanwhile, or this is not Linux.
        }
        return Optional.empty();
    }

    private static boolean has(Path process, Set<String> inodes) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                String target = Files.readSymbolicLink(descriptor).toString();
                if (target.startsWith("socket:[") && inodes.contains(target.substring(8, target.length() - 1))) {
                    return true;
                }
            }
        } catch (IOException e) {
            // Another user's process, or one that ended: not one to tell of.
        }
        return false;
    }
}
