package dev.gatehouse.grpcserver.admin;

import java.util.List;

/** A part of a service besides its libraries and the JDK: a bean that {@link SbomPage} adds to the SBOM. Thread-safe. */
public interface SoftwarePart {
    /**
     * A piece of software.
     *
     * @param name as its package URL has it: "owasp-crs"
     * @param version "4.25.0"
     */
    record Piece(String name, String version) {}

    /** The pieces that are there at this time. */
    List<Piece> pieces();
}
