package dev.gatehouse.console.model;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A record that templates read by the names of its components: without reflection, so that a native image needs no list of them. */
public interface Shown {
    /** Where the console is. */
    String ROOT = "/console/";

    /** The component {@code component}; another name is an IllegalArgumentException, since the template is wrong then. */
    Object field(String component);

    /** The exception for a component that is not there. */
    static IllegalArgumentException unknown(Shown record, String component) {
        return new IllegalArgumentException(
                record.getClass().getSimpleName() + " has no component \"" + component + "\" (a template asks for it)");
    }

    /** The address of an object's page. */
    static String path(String list, String kind, String namespace, String name) {
        return Stream.of(list, kind, namespace, name)
                .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/", ROOT, ""));
    }
}
