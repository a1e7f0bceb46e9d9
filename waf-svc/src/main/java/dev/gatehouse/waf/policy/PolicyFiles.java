package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.RuleFiles;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The files that a policy brings, in one folder without others below it. */
final class PolicyFiles implements RuleFiles {
    private final Map<String, Bytes> files;

    PolicyFiles(Map<String, Bytes> files) {
        this.files = files;
    }

    @Override
    public List<Source> include(String path, String from) {
        Pattern pattern =
                Pattern.compile(Pattern.quote(path).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q"));
        return files.keySet().stream()
                .filter(name -> pattern.matcher(name).matches())
                .sorted()
                .map(name -> new Source(name, text(name)))
                .toList();
    }

    private String text(String name) {
        return new String(files.getOrDefault(name, Bytes.EMPTY).toArray(), StandardCharsets.UTF_8);
    }

    @Override
    public Optional<Bytes> data(String path, String from) {
        return Optional.ofNullable(files.get(path));
    }
}
