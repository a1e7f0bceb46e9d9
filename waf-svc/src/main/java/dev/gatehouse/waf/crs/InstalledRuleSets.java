package dev.gatehouse.waf.crs;

import dev.gatehouse.seclang.CoreRuleSet;
import dev.gatehouse.seclang.RuleFiles;
import dev.gatehouse.seclang.regex.Patterns;
import dev.gatehouse.seclang.regex.PreparedPatterns;
import dev.gatehouse.waf.policy.CoreRuleSets;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The bundled version, and any that is a folder named after its version in a folder of the administrator's. Where both have a version the administrator's counts.
 */
public final class InstalledRuleSets implements CoreRuleSets {
    /** A line for each file of the bundle; the first is the version. The build writes it. */
    private static final String INDEX = "bundle/index";

    private static final String PREPARED = "prepared-patterns";

    private static final Logger LOG = System.getLogger(InstalledRuleSets.class.getName());

    private final Optional<Path> folder;
    private final Optional<List<String>> bundle;
    private Optional<Patterns> patterns = Optional.empty();

    /** @param folder the folder with versions, which is read at each lookup */
    public InstalledRuleSets(Optional<Path> folder) {
        this.folder = folder;
        this.bundle = index();
    }

    private static Optional<List<String>> index() {
        try (InputStream in = InstalledRuleSets.class.getResourceAsStream(INDEX)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("the bundled Core Rule Set cannot be read", e);
        }
    }

    @Override
    public Optional<RuleFiles> find(String version) {
        Optional<String> bundled = bundle.map(List::getFirst);
        String wanted = version.isEmpty() ? bundled.orElse("") : version;
        boolean name = wanted.matches("[A-Za-z0-9._-]+") && !wanted.startsWith(".");
        Optional<RuleFiles> installed = folder.filter(_ -> name)
                .map(all -> all.resolve(wanted))
                .filter(Files::isDirectory)
                .map(release -> new CoreRuleSet(release, bundle.map(InstalledRuleSets::bundled)));
        return installed.or(
                () -> bundle.filter(index -> index.getFirst().equals(wanted)).map(InstalledRuleSets::bundled));
    }

    private static CoreRuleSet bundled(List<String> index) {
        return new CoreRuleSet(index.subList(1, index.size()), InstalledRuleSets::read);
    }

    private static byte[] read(String file) throws IOException {
        try (InputStream in = InstalledRuleSets.class.getResourceAsStream("bundle/" + file)) {
            if (in == null) {
                throw new IOException("the bundle lacks " + file);
            }
            return in.readAllBytes();
        }
    }

    /**
     * The expressions that the build has compiled of the bundled version. They are found by their text: another version, and rules of
     * one's own, profit where they have the same. Where there are none, or they cannot be used, all are compiled.
     */
    @Override
    public synchronized Patterns patterns() {
        if (patterns.isEmpty()) {
            patterns = Optional.of(bundle.isEmpty() ? Patterns.ANEW : prepared());
        }
        return patterns.get();
    }

    private static Patterns prepared() {
        try (InputStream in = InstalledRuleSets.class.getResourceAsStream(PREPARED)) {
            if (in == null) {
                return anew("the build has left none");
            }
            return switch (PreparedPatterns.read(in.readAllBytes())) {
                case PreparedPatterns.Read read -> read.patterns();
                case PreparedPatterns.Unusable unusable -> anew(unusable.reason());
            };
        } catch (IOException e) {
            return anew(e.toString());
        }
    }

    private static Patterns anew(String reason) {
        LOG.log(
                Level.WARNING,
                "the prepared expressions of the Core Rule Set are not used, and compiled again: {0}",
                reason);
        return Patterns.ANEW;
    }

    @Override
    public List<String> versions() {
        List<String> versions =
                new ArrayList<>(bundle.map(List::getFirst).stream().toList());
        folder.filter(Files::isDirectory).ifPresent(all -> {
            try (Stream<Path> children = Files.list(all)) {
                children.filter(Files::isDirectory)
                        .map(child -> String.valueOf(child.getFileName()))
                        .filter(name -> !name.startsWith("."))
                        .forEach(versions::add);
            } catch (IOException e) {
                throw new UncheckedIOException(all + " cannot be read", e);
            }
        });
        return versions.stream().distinct().sorted().toList();
    }
}
