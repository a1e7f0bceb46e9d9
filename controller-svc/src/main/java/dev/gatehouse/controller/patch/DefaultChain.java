package dev.gatehouse.controller.patch;

import dev.gatehouse.gatewayapi.EnvoyPatchPolicy.Patch;
import dev.gatehouse.gatewayapi.merge.JsonPatch;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The filter chain of a listener that accepts every connection. In Envoy Gateway, and so in its users' patches, it is
 * the {@code default_filter_chain}. In Gatehouse it is the entry of {@code filter_chains} without a match. A patch of
 * {@code default_filter_chain} is applied to this entry.
 */
final class DefaultChain {
    private static final String DEFAULT = "default_filter_chain";
    private static final String CHAINS = "filter_chains";

    private DefaultChain() {}

    /** Applies the patch to the {@code tree} of a listener. */
    static Map<String, Object> apply(Map<String, Object> tree, Patch patch) throws PatchFailure {
        int index = index(tree);
        if (!patch.operation().mentions(DEFAULT) || tree.containsKey(DEFAULT) || index < 0) {
            return JsonPatch.apply(tree, List.of(patch.operation()));
        }
        List<Object> chains = new ArrayList<>((List<?>) tree.getOrDefault(CHAINS, List.of()));
        Map<String, Object> renamed = new LinkedHashMap<>(tree);
        renamed.put(DEFAULT, chains.remove(index));
        renamed.put(CHAINS, chains);
        Map<String, Object> patched = JsonPatch.apply(renamed, List.of(patch.operation()));
        Object chain = patched.remove(DEFAULT);
        if (chain != null && patched.get(CHAINS) instanceof List<?> left) {
            List<Object> restored = new ArrayList<>(left);
            restored.add(Math.min(index, restored.size()), chain);
            patched.put(CHAINS, restored);
        }
        return patched;
    }

    /** The index of the only chain without a match; negative: there is no such chain, or there are several. */
    private static int index(Map<String, Object> tree) {
        int found = -1;
        if (tree.get(CHAINS) instanceof List<?> chains) {
            for (int i = 0; i < chains.size(); i++) {
                if (chains.get(i) instanceof Map<?, ?> chain && !chain.containsKey("filter_chain_match")) {
                    if (found >= 0) {
                        return -1;
                    }
                    found = i;
                }
            }
        }
        return found;
    }
}
