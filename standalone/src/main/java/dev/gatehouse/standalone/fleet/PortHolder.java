package dev.gatehouse.standalone.fleet;

/**
 * A process that holds a port.
 *
 * @param command its program's name
 */
public record PortHolder(long pid, String command) {
    @Override
    public String toString() {
        return command + " (process " + pid + ")";
    }
}
