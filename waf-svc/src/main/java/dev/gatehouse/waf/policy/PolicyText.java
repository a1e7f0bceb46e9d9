package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.seclang.parse.Source;
import java.util.List;

/**
 * A policy as it comes.
 *
 * @param name {@code namespace/name}
 * @param mode instead of the directives' {@code SecRuleEngine}
 */
public record PolicyText(String name, EngineMode mode, List<Source> sources) {
    public PolicyText {
        sources = List.copyOf(sources);
    }
}
