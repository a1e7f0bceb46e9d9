package dev.gatehouse.standalone.waf;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.CoreRuleSet;
import dev.gatehouse.seclang.DirectoryFiles;
import dev.gatehouse.seclang.RuleFiles;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.seclangtools.GoModule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which rules a command works with. */
final class RuleOptions {
    @Option(
            names = "--crs",
            paramLabel = "DIR",
            description = "The folder of a Core Rule Set: what Include @owasp_crs/*.conf and its other aliases mean.")
    private @Nullable Path crs;

    @Option(
            names = "--fetch-crs",
            description = "Take the Core Rule Set from its Go module (" + GoModule.CORE_RULE_SET
                    + "), downloaded once by the go command.")
    private boolean fetch;

    /** What rules of these files may read. */
    RuleFiles files() throws IOException, InterruptedException {
        RuleFiles files = new DirectoryFiles(Path.of(""));
        Optional<Path> folder = fetch
                ? Optional.of(GoModule.folder(GoModule.CORE_RULE_SET).resolve("rules"))
                : Optional.ofNullable(crs);
        return folder.map(found -> new CoreRuleSet(found).or(files)).orElse(files);
    }

    /** The files, in order, as one text. */
    Compilation compile(List<Path> directives) throws IOException, InterruptedException {
        List<Source> sources = new ArrayList<>();
        for (Path file : directives) {
            sources.add(DirectoryFiles.source(file));
        }
        return RuleSet.compile(sources, files());
    }
}
