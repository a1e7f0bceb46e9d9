package dev.gatehouse.authz.policy;

import dev.gatehouse.authz.token.Claims;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is changed in a request before it goes to the backend.
 *
 * @param set headers by lower-case name, in place of what the client sent
 * @param remove names of headers
 * @param removeParameters names of query parameters as they are written in the path
 * @param setCookies values of Set-Cookie for the answer
 * @param session what filters behind this one, and access logs, get to know of the user
 * @param answerHeaders headers of the answer that the client gets, by lower-case name
 * @param tokens claims of tokens by the name of who vouches for them, for filters behind this one and access logs
 */
public record Changes(
        Map<String, String> set,
        Set<String> remove,
        List<String> removeParameters,
        List<String> setCookies,
        Claims session,
        Map<String, Map<String, @Nullable Object>> tokens,
        Map<String, String> answerHeaders) {
    public static final Changes NONE = new Changes(Map.of(), Set.of(), List.of());

    public Changes(Map<String, String> set, Set<String> remove, List<String> removeParameters) {
        this(set, remove, removeParameters, List.of(), Claims.NONE);
    }

    public Changes(
            Map<String, String> set,
            Set<String> remove,
            List<String> removeParameters,
            List<String> setCookies,
            Claims session) {
        this(set, remove, removeParameters, setCookies, session, Map.of());
    }

    public Changes(
            Map<String, String> set,
            Set<String> remove,
            List<String> removeParameters,
            List<String> setCookies,
            Claims session,
            Map<String, Map<String, @Nullable Object>> tokens) {
        this(set, remove, removeParameters, setCookies, session, tokens, Map.of());
    }

    public Changes {
        set = Map.copyOf(set);
        remove = Set.copyOf(remove);
        removeParameters = List.copyOf(removeParameters);
        setCookies = List.copyOf(setCookies);
        tokens = Map.copyOf(tokens);
        answerHeaders = Map.copyOf(answerHeaders);
    }

    /** Nothing but headers of the answer. */
    public static Changes answering(Map<String, String> headers) {
        return new Changes(Map.of(), Set.of(), List.of(), List.of(), Claims.NONE, Map.of(), headers);
    }

    /** Both; where one removes what the other sets, it is set. */
    public Changes and(Changes other) {
        Map<String, String> bothSet = new LinkedHashMap<>(set);
        bothSet.putAll(other.set);
        Set<String> bothRemove = new LinkedHashSet<>(remove);
        bothRemove.addAll(other.remove);
        bothRemove.removeAll(bothSet.keySet());
        List<String> parameters = new ArrayList<>(removeParameters);
        parameters.addAll(other.removeParameters);
        List<String> cookies = new ArrayList<>(setCookies);
        cookies.addAll(other.setCookies);
        Map<String, Map<String, @Nullable Object>> bothTokens = new LinkedHashMap<>(tokens);
        bothTokens.putAll(other.tokens);
        Map<String, String> bothHeaders = new LinkedHashMap<>(answerHeaders);
        bothHeaders.putAll(other.answerHeaders);
        return new Changes(
                bothSet, bothRemove, parameters, cookies, both(session, other.session), bothTokens, bothHeaders);
    }

    /** One of them as it is, where it is alone: it has its written form with it. */
    private static Claims both(Claims one, Claims other) {
        return one.values().isEmpty() ? other : other.values().isEmpty() ? one : other.with(one);
    }

    /** Values may be credentials. */
    @Override
    public String toString() {
        return "Changes[set=" + set.keySet() + ", remove=" + remove + ", removeParameters=" + removeParameters + "]";
    }
}
