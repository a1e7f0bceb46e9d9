package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.RuleFiles;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files that a policy brings: in one folder, or in one for each of the policies that it is merged of. */
final class PolicyFiles implements RuleFiles {
    private static final Pattern OWNED = Pattern.compile("wafpolicy/[^/]+/[^/]+/");

    private final Map<String, Bytes> files;

    PolicyFiles(Map<String, Bytes> files) {
        this.files = files;
    }

    @Override
    public List<Source> include(String path, String from) {
        return named(folder(from) + path);
    }

    private List<Source> named(String path) {
        Pattern pattern =
                Pattern.compile(Pattern.quote(path).replace("*", "\\E[^/]*\\Q").replace("?", "\\E[^/]\\Q"));
        return files.keySet().stream()
                .filter(name -> pattern.matcher(name).matches())
                .sorted()
                .map(name -> new Source(name, text(name)))
                .toList();
    }

    /** Of policies that are merged each has its files under its own name, which its sources' names begin with. */
    private static String folder(String from) {
        Matcher owned = OWNED.matcher(from);
        return owned.lookingAt() ? owned.group() : "";
    }

    private String text(String name) {
        return new String(files.getOrDefault(name, Bytes.EMPTY).toArray(), StandardCharsets.UTF_8);
    }

    @Override
    public Optional<Bytes> data(String path, String from) {
        return Optional.ofNullable(files.get(folder(from) + path));
    }
}
