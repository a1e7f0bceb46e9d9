package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The OWASP Core Rule Set in a folder, under the names that other gateways have for it: {@code Include @owasp_crs/*.conf} and the
 * aliases of Coraza's proxy-wasm filter, of its Go module and of its Envoy filter. The folder is laid out as that Go module's
 * {@code rules}, or as a release of CRS ({@code rules/*.conf}, {@code crs-setup.conf.example}).
 */
public final class CoreRuleSet implements RuleFiles {
    /** What an alias stands for: a file's possible names in the folder, or a text of this library. */
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

    private final Path folder;
    private final Path rules;
    private final DirectoryFiles files;

    /** @param folder with the rule set */
    public CoreRuleSet(Path folder) {
        this.folder = folder;
        Path own = folder.resolve("@owasp_crs");
        Path released = folder.resolve("rules");
        this.rules = Files.isDirectory(own) ? own : Files.isDirectory(released) ? released : folder;
        this.files = new DirectoryFiles(rules);
    }

    /** Those that {@code Include} knows. */
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
            return files.include(path.substring(RULES.length()), "rules.conf").stream()
                    .map(this::named)
                    .toList();
        }
        Optional<Meaning> meaning = Optional.ofNullable(ALIASES.get(lower));
        return meaning.isEmpty() ? List.of() : List.of(read(path, meaning.get()));
    }

    private Source read(String alias, Meaning meaning) throws IOException {
        return switch (meaning) {
            case InFolder(List<String> names) -> {
                for (String name : names) {
                    if (Files.isRegularFile(folder.resolve(name))) {
                        yield new Source(
                                alias, new String(Files.readAllBytes(folder.resolve(name)), StandardCharsets.UTF_8));
                    }
                }
                throw new IOException(folder + " has none of " + String.join(", ", names));
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

    /** As the alias names it, which is shorter and the same everywhere. */
    private Source named(Source source) {
        return new Source(RULES + rules.toAbsolutePath().normalize().relativize(Path.of(source.name())), source.text());
    }

    /** The data beside the rules: only for rules that are from here. */
    @Override
    public Optional<Bytes> data(String path, String from) throws IOException {
        if (path.startsWith(RULES)) {
            return inside(path.substring(RULES.length()));
        }
        return from.startsWith(RULES) ? inside(path) : Optional.empty();
    }

    private Optional<Bytes> inside(String path) throws IOException {
        Path root = rules.toAbsolutePath().normalize();
        Path file = root.resolve(path).normalize();
        return file.startsWith(root) ? files.data(root.relativize(file).toString(), "rules.conf") : Optional.empty();
    }
}
