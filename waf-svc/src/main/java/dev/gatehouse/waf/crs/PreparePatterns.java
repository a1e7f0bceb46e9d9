package dev.gatehouse.waf.crs;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.RuleFiles;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.seclang.regex.RecordedPatterns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A step of the build: compiles the regular expressions of the bundled Core Rule Set and writes their compiled forms to
 * a file, so that a new process need not compile them.
 */
public final class PreparePatterns {
    private static final Source ALL =
            new Source("bundled", "Include @recommended-conf\nInclude @crs-setup-conf\nInclude @owasp_crs/*.conf\n");

    private PreparePatterns() {}

    /** @param arguments the file to write; no file is written without a bundled rule set */
    public static void main(String[] arguments) throws IOException {
        Path to = Path.of(arguments[0]);
        Optional<RuleFiles> bundled = new InstalledRuleSets(Optional.empty()).find("");
        if (bundled.isEmpty()) {
            Files.deleteIfExists(to);
            return;
        }
        RecordedPatterns patterns = new RecordedPatterns();
        switch (RuleSet.compile(List.of(ALL), bundled.get(), patterns)) {
            case Compilation.Compiled compiled -> Files.write(to, patterns.write());
            case Compilation.Rejected rejected ->
                throw new IllegalStateException("the bundled Core Rule Set does not compile: " + rejected);
        }
    }
}
