package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;

/**
 * An exclusion: rules that do not run, or targets that rules do not inspect.
 *
 * @param ruleIds rule ids and ranges of ids
 * @param tags selects rules with any of these tags
 * @param targets the targets that the rules do not inspect, such as {@code ARGS:password}; an empty list: the rules do
 * not run at all
 * @param paths the paths for which it holds; an empty list: all paths
 */
public record WafExclusion(List<String> ruleIds, List<String> tags, List<String> targets, List<Path> paths) {
    private static final Syntax IDS =
            Syntax.of("[0-9]{1,9}(-[0-9]{1,9})?", 19, "a rule's id, 942100, or a range, \"942000-942999\"");
    private static final Syntax TAG =
            Syntax.of("[A-Za-z0-9_./-]+", 128, "a tag: letters, digits, '_', '.', '/' and '-'");
    private static final Syntax TARGET = Syntax.of(
            "[A-Z_]+(:(/[^/'\",|]+/|[A-Za-z0-9_.\\[\\]$-]+))?",
            256,
            "a variable, maybe of one name: \"ARGS:password\", \"REQUEST_COOKIES:/^sess/\"");

    public WafExclusion {
        ruleIds = List.copyOf(ruleIds);
        tags = List.copyOf(tags);
        targets = List.copyOf(targets);
        paths = List.copyOf(paths);
    }

    /** How a path is compared with a request's path. */
    public enum PathType {
        Exact,
        /** Compares path elements, as in Gateway API. */
        PathPrefix
    }

    /** A path for which an exclusion holds. */
    public record Path(PathType type, String value) {
        static Path read(Fields f) {
            return new Path(
                    f.choice("type", PathType.class).orElse(PathType.PathPrefix),
                    f.requiredString("value", Syntax.PATH));
        }
    }

    static WafExclusion read(Fields f) {
        WafExclusion exclusion = new WafExclusion(
                f.stringsOrIntegers("ruleIds", IDS),
                f.strings("tags", TAG),
                f.strings("targets", TARGET),
                f.list("paths", 0, 64, Path::read));
        if (exclusion.ruleIds.isEmpty() && exclusion.tags.isEmpty() && exclusion.targets.isEmpty()) {
            f.wrong("expected at least one of ruleIds, tags and targets");
        }
        return exclusion;
    }
}
