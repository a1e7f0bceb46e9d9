package dev.gatehouse.standalone.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A copy of one of the examples, on other ports; edits are saved as an editor saves: by moving a new file into place. */
public record ExampleFiles(Path folder) {
    /** Copies the YAML files of {@code examples/<name>} to {@code folder/<name>}. */
    public static ExampleFiles copy(String name, Path folder) throws IOException {
        Path target = Files.createDirectories(folder.resolve(name));
        try (Stream<Path> files =
                Files.list(ChildJvm.repository().resolve("examples").resolve(name))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return new ExampleFiles(target);
    }

    /** Replaces {@code from}, which must be there, by {@code to}. */
    public ExampleFiles replace(String file, String from, String to) throws IOException {
        return edit(file, text -> {
            if (!text.contains(from)) {
                throw new AssertionError(folder.resolve(file) + " does not have: " + from);
            }
            return text.replace(from, to);
        });
    }

    /** Gives a Gateway's listeners these ports, in turn. */
    public ExampleFiles listenerPorts(String file, Integer... ports) throws IOException {
        return ports(file, "    port: ", List.of(ports));
    }

    /** Gives the EndpointSlices these ports, in turn. */
    public ExampleFiles endpointPorts(String file, Integer... ports) throws IOException {
        return ports(file, "  port: ", List.of(ports));
    }

    private ExampleFiles ports(String file, String line, List<Integer> ports) throws IOException {
        Iterator<Integer> next = ports.iterator();
        String text =
                Pattern.compile("(?m)^" + line + "\\d+$").matcher(read(file)).replaceAll(_ -> line + next.next());
        if (next.hasNext()) {
            throw new AssertionError(folder.resolve(file) + " has fewer ports than " + ports);
        }
        write(file, text);
        return this;
    }

    public ExampleFiles edit(String file, UnaryOperator<String> edit) throws IOException {
        write(file, edit.apply(read(file)));
        return this;
    }

    public String read(String file) throws IOException {
        return Files.readString(folder.resolve(file));
    }

    public void write(String file, String text) throws IOException {
        Path fresh = Files.writeString(folder.resolve("." + file + ".new"), text);
        Files.move(fresh, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
