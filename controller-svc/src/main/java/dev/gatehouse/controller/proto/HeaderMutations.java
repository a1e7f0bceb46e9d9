package dev.gatehouse.controller.proto;

import dev.gatehouse.controller.check.FormatText;
import dev.gatehouse.gatewayapi.client.HeaderEdits;
import io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation;
import io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import java.util.ArrayList;
import java.util.List;

/** Makes changes of headers, in the order in which Envoy applies them: removals come first and apply to the original message. */
public final class HeaderMutations {
    private HeaderMutations() {}

    public static List<HeaderMutation> of(HeaderEdits edits) {
        List<HeaderMutation> mutations = new ArrayList<>();
        edits.remove()
                .forEach(name -> mutations.add(
                        HeaderMutation.newBuilder().setRemove(name).build()));
        edits.removeOnMatch()
                .forEach(match -> mutations.add(HeaderMutation.newBuilder()
                        .setRemoveOnMatch(RemoveOnMatch.newBuilder().setKeyMatcher(TextMatchers.of(match)))
                        .build()));
        edits.writes()
                .forEach(write -> mutations.add(HeaderMutation.newBuilder()
                        .setAppend(HeaderValueOption.newBuilder()
                                .setHeader(HeaderValue.newBuilder()
                                        .setKey(write.name())
                                        .setValue(FormatText.of(write.value())))
                                .setAppendAction(
                                        switch (write.action()) {
                                            case ADD -> HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD;
                                            case SET -> HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD;
                                            case ADD_IF_ABSENT -> HeaderAppendAction.ADD_IF_ABSENT;
                                        })
                                .setKeepEmptyValue(write.value().isEmpty()))
                        .build()));
        return mutations;
    }
}
