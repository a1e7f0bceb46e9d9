package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The OWASP Core Rule Set in a folder, under the names that other gateways use for it: {@code Include
 * @owasp_crs/*.conf} and the aliases of Coraza's proxy-wasm filter, of its Go module and of its Envoy filter. The
 * folder has the layout of that Go module's {@code rules}, or of a release of CRS ({@code rules/*.conf}, {@code
 * crs-setup.conf.example}).
 */
public final class CoreRuleSet implements RuleFiles {
    /** The meaning of an alias: a file's possible names in the folder, or a text of this library. */
    private sealed interface Meaning {}

    private record InFolder(List<String> names) implements Meaning {}

    private record Own(String resource) implements Meaning {}

    private static final Meaning RECOMMENDED = new InFolder(
            List.of("@coraza.conf-recommended", "coraza.conf-recommended", "modsecurity.conf-recommended"));
    private static final Meaning SETUP =
            new InFolder(List.of("@crs-setup.conf.example", "crs-setup.conf.example", "crs-setup.conf"));

    private static final Map<String, Meaning> ALIASES = Map.ofEntries(
            Map.entry("@recommended-conf", RECOMMENDED),
            Map.entry("@coraza.conf-recommended", RECOMMENDED),
            Map.entry("@coraza-setup", RECOMMENDED),
            Map.entry("@crs-setup-conf", SETUP),
            Map.entry("@crs-setup.conf.example", SETUP),
            Map.entry("@crs-setup", SETUP),
            Map.entry("@crs-setup-demo-conf", SETUP),
            Map.entry("@demo-conf", new Own("demo.conf")),
            Map.entry("@coraza-ftw", new Own("engine-ftw.conf")),
            Map.entry("@ftw-conf", new Own("ftw.conf")),
            Map.entry("@crs-ftw", new Own("ftw.conf")));

    private static final String RULES = "@owasp_crs/";

    private final Tree tree;
    private final Optional<CoreRuleSet> recommended;

    /** @param folder the folder with the rule set */
    public CoreRuleSet(Path folder) {
        this(folder, Optional.empty());
    }

    /**
     * @param folder the folder with the rule set
     * @param recommended supplies the recommended engine configuration if the folder has none, as in releases of CRS
     */
    public CoreRuleSet(Path folder, Optional<CoreRuleSet> recommended) {
        this.tree = new Folder(folder);
        this.recommended = recommended;
    }

    /**
     * A rule set outside of the file system.
     *
     * @param names the names of its files, with slashes between folders
     */
    public CoreRuleSet(List<String> names, FileReader reader) {
        this.tree = new Packed(names, reader);
        this.recommended = Optional.empty();
    }

    /** Reads a file by its name. */
    public interface FileReader {
        byte[] read(String name) throws IOException;
    }

    /** The place of the files. */
    private sealed interface Tree {
        /** A file beside the folder of rules, or above it. */
        Optional<byte[]> file(String name) throws IOException;

        /** The rule files that match a pattern, by their names in their folder. */
        List<Source> rules(String pattern) throws IOException;

        /** A file in the folder of rules. */
        Optional<Bytes> data(String path) throws IOException;
    }

    private static final class Folder implements Tree {
        private final Path folder;
        private final Path rules;
        private final DirectoryFiles files;

        Folder(Path folder) {
            this.folder = folder;
            Path own = folder.resolve("@owasp_crs");
            Path released = folder.resolve("rules");
            this.rules = (Files.isDirectory(own) ? own : Files.isDirectory(released) ? released : folder)
                    .toAbsolutePath()
                    .normalize();
            this.files = new DirectoryFiles(rules);
        }

        @Override
        public Optional<byte[]> file(String name) throws IOException {
            Path file = folder.resolve(name);
            return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
        }

        @Override
        public List<Source> rules(String pattern) throws IOException {
            return files.include(pattern, "rules.conf").stream()
                    .map(source ->
                            new Source(rules.relativize(Path.of(source.name())).toString(), source.text()))
                    .toList();
        }

        @Override
        public Optional<Bytes> data(String path) throws IOException {
            Path file = rules.resolve(path).normalize();
            return file.startsWith(rules)
                    ? files.data(rules.relativize(file).toString(), "rules.conf")
                    : Optional.empty();
        }
    }

    private static final class Packed implements Tree {
        private final Set<String> names;
        private final FileReader reader;
        private final String rules;

        Packed(List<String> names, FileReader reader) {
            this.names = new TreeSet<>(names);
            this.reader = reader;
            this.rules = Stream.of(RULES, "rules/")
                    .filter(prefix -> names.stream().anyMatch(name -> name.startsWith(prefix)))
                    .findFirst()
                    .orElse("");
        }

        @Override
        public Optional<byte[]> file(String name) throws IOException {
            return names.contains(name) ? Optional.of(reader.read(name)) : Optional.empty();
        }

        @Override
        public List<Source> rules(String pattern) throws IOException {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
            List<Source> sources = new ArrayList<>();
            for (String name : names) {
                if (name.startsWith(rules) && matcher.matches(Path.of(name.substring(rules.length())))) {
                    sources.add(new Source(
                            name.substring(rules.length()), new String(reader.read(name), StandardCharsets.UTF_8)));
                }
            }
            return sources;
        }

        @Override
        public Optional<Bytes> data(String path) throws IOException {
            return file(rules + Path.of(path).normalize()).map(Bytes::of);
        }
    }

    /** The aliases that {@code Include} knows. */
    public static List<String> aliases() {
        List<String> names = new ArrayList<>(ALIASES.keySet());
        names.add(RULES + "*.conf");
        names.sort(null);
        return names;
    }

    @Override
    public List<Source> include(String path, String from) throws IOException {
        String lower = path.toLowerCase(Locale.ROOT);
        if (lower.startsWith(RULES)) {
            // The sources are named by the alias, which is shorter and equal everywhere.
            return tree.rules(path.substring(RULES.length())).stream()
                    .map(source -> new Source(RULES + source.name(), source.text()))
                    .toList();
        }
        Optional<Meaning> meaning = Optional.ofNullable(ALIASES.get(lower));
        return meaning.isEmpty() ? List.of() : List.of(read(path, meaning.get()));
    }

    private Source read(String alias, Meaning meaning) throws IOException {
        return switch (meaning) {
            case InFolder(List<String> names) -> {
                for (String name : names) {
                    Optional<byte[]> file = tree.file(name);
                    if (file.isPresent()) {
                        yield new Source(alias, new String(file.get(), StandardCharsets.UTF_8));
                    }
                }
                if (meaning.equals(RECOMMENDED) && recommended.isPresent()) {
                    yield recommended.get().read(alias, meaning);
                }
                throw new IOException("the rule set has none of " + String.join(", ", names));
            }
            case Own(String resource) -> {
                try (InputStream in = CoreRuleSet.class.getResourceAsStream(resource)) {
                    if (in == null) {
                        throw new IOException("the library lacks its resource " + resource);
                    }
                    yield new Source(alias, new String(in.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        };
    }

    /** The data files beside the rules, only for rules of this rule set. */
    @Override
    public Optional<Bytes> data(String path, String from) throws IOException {
        if (path.startsWith(RULES)) {
            return tree.data(path.substring(RULES.length()));
        }
        return from.startsWith(RULES) ? tree.data(path) : Optional.empty();
    }
}
