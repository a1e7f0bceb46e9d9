package dev.gatehouse.standalone.waf;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.CoreRuleSet;
import dev.gatehouse.seclang.DirectoryFiles;
import dev.gatehouse.seclang.RuleFiles;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.seclangtools.GoModule;
import dev.gatehouse.waf.crs.InstalledRuleSets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which rules a command works with. */
final class RuleOptions {
    private static final String BROUGHT = "";

    @Option(
            names = "--crs",
            paramLabel = "DIR",
            description = "The folder of a Core Rule Set: what Include @owasp_crs/*.conf and its other aliases mean."
                    + " Otherwise the one that waf-svc brings.")
    private @Nullable Path crs;

    @Option(
            names = "--fetch-crs",
            description = "Take the Core Rule Set from its Go module (" + GoModule.CORE_RULE_SET
                    + "), downloaded once by the go command.")
    private boolean fetch;

    /** What waf-svc brings. */
    private final InstalledRuleSets brought = new InstalledRuleSets(Optional.empty());

    /** What rules of these files may read. */
    RuleFiles files() throws IOException, InterruptedException {
        RuleFiles files = new DirectoryFiles(Path.of(""));
        Optional<Path> folder = fetch
                ? Optional.of(GoModule.folder(GoModule.CORE_RULE_SET).resolve("rules"))
                : Optional.ofNullable(crs);
        Optional<RuleFiles> core = folder.<RuleFiles>map(CoreRuleSet::new).or(() -> brought.find(BROUGHT));
        return core.map(found -> found.or(files)).orElse(files);
    }

    /** The files, in order, as one text. */
    Compilation compile(List<Path> directives) throws IOException, InterruptedException {
        List<Source> sources = new ArrayList<>();
        for (Path file : directives) {
            if (Files.isDirectory(file)) {
                throw new IOException(file + " is a folder (expected: a file of directives; it may include others)");
            }
            sources.add(DirectoryFiles.source(file));
        }
        return RuleSet.compile(sources, files(), brought.patterns());
    }
}
