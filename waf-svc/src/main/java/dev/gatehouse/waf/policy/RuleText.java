package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.util.List;
import java.util.Map;

/**
 * All that a rule set is compiled from: equal texts share one.
 *
 * @param sources in order
 * @param files what the sources may read, by name
 * @param coreRuleSet the version of the Core Rule Set that they include; empty: the one that is brought
 */
public record RuleText(List<Source> sources, Map<String, Bytes> files, String coreRuleSet) {
    public RuleText {
        sources = List.copyOf(sources);
        files = Map.copyOf(files);
    }

    /** Without files, with the Core Rule Set that is brought. */
    public RuleText(List<Source> sources) {
        this(sources, Map.of(), "");
    }
}
