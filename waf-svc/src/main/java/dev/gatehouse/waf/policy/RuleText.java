package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.util.List;
import java.util.Map;

/**
 * The complete input of a rule set. Equal texts share one compiled rule set.
 *
 * @param sources the sources in order
 * @param files the files that the sources may read, by name
 * @param coreRuleSet the version of the included Core Rule Set; empty: the bundled version
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
