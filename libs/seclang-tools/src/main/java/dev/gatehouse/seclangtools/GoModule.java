package dev.gatehouse.seclangtools;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A Go module as a folder: downloaded once, and checked, by the {@code go} command. */
public final class GoModule {
    /** The OWASP Core Rule Set with its tests. */
    public static final String CORE_RULE_SET = "github.com/corazawaf/coraza-coreruleset/v4@v4.25.0";

    private GoModule() {}

    /** Where the module is. Waits for the download, at most two minutes. */
    public static Path folder(String module) throws IOException, InterruptedException {
        return part(module, "Dir");
    }

    /**
     * Where the module's archive is, in which all paths begin with {@code module}. It is there, too, where the module wants a newer {@code
     * go} than the one that downloads it. Waits as {@link #folder} does.
     */
    public static Path archive(String module) throws IOException, InterruptedException {
        return part(module, "Zip");
    }

    private static Path part(String module, String part) throws IOException, InterruptedException {
        Process go = new ProcessBuilder("go", "mod", "download", "-json", module)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        byte[] answer;
        try (InputStream out = go.getInputStream()) {
            answer = out.readAllBytes();
        }
        boolean ended = go.waitFor(2, TimeUnit.MINUTES);
        go.destroy();
        String path = ended ? new ObjectMapper().readTree(answer).path(part).asText() : "";
        if (path.isEmpty()) {
            throw new IOException("go mod download " + module + " did not succeed: "
                    + new ObjectMapper().readTree(answer).path("Error").asText("no answer"));
        }
        return Path.of(path);
    }
}
