/**
 * Who a process is to the other processes: its certificate and key, mutual TLS for gRPC made of them, and the name of whoever
 * calls. What is exchanged on disk is exchanged in running servers and clients, without ending a connection. Must not know
 * what a caller may do with its name: that is for each service to say.
 */
@NullMarked
package dev.gatehouse.identity;

import org.jspecify.annotations.NullMarked;
