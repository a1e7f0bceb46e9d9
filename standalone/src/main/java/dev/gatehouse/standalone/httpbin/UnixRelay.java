package dev.gatehouse.standalone.httpbin;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Serves a Unix domain socket by passing its bytes to the HTTP port: Vert.x without a native transport has no such sockets.
 * Two virtual threads a connection; either side may end its half first.
 */
final class UnixRelay implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    private final Path path;
    private final ServerSocketChannel server;
    private final InetSocketAddress target;

    private UnixRelay(Path path, ServerSocketChannel server, InetSocketAddress target) {
        this.path = path;
        this.server = server;
        this.target = target;
    }

    static UnixRelay start(Path path, int httpPort) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            Files.deleteIfExists(path);
            server.bind(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            server.close();
            throw new IOException("httpbin cannot listen on the Unix socket " + path + ": " + e.getMessage(), e);
        }
        UnixRelay relay =
                new UnixRelay(path, server, new InetSocketAddress(InetAddress.getLoopbackAddress(), httpPort));
        Thread.ofVirtual().name("httpbin unix").start(relay::accept);
        return relay;
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                System.getLogger(UnixRelay.class.getName())
                        .log(System.Logger.Level.WARNING, "cannot accept on " + path + ": " + e.getMessage());
                return;
            }
        }
    }

    private void serve(SocketChannel client) {
        try (client;
                SocketChannel http = SocketChannel.open(target)) {
            Thread back = Thread.ofVirtual().start(() -> copy(http, client));
            copy(client, http);
            back.join();
        } catch (IOException e) {
            // One side went away: closing both is the answer.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // The other direction notices the same end.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
    }
}
