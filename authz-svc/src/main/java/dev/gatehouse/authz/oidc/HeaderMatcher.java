package dev.gatehouse.authz.oidc;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.gatehouse.authz.policy.HeaderName;
import dev.gatehouse.authz.policy.InvalidPolicy;
import dev.gatehouse.authz.request.HttpRequest;
import java.util.Set;
import java.util.function.Predicate;

/** A header or a pseudo-header, and what its value has to be. A header that is not there matches nothing. */
public final class HeaderMatcher {
    private static final Set<String> PSEUDO = Set.of(":path", ":method", ":authority", ":scheme");

    private final String name;
    private final Predicate<String> value;

    private HeaderMatcher(String name, Predicate<String> value) {
        this.name = name;
        this.value = value;
    }

    public static HeaderMatcher exact(String name, String value, String field) throws InvalidPolicy {
        return new HeaderMatcher(of(name, field), value::equals);
    }

    public static HeaderMatcher prefix(String name, String prefix, String field) throws InvalidPolicy {
        return new HeaderMatcher(of(name, field), value -> value.startsWith(prefix));
    }

    public static HeaderMatcher suffix(String name, String suffix, String field) throws InvalidPolicy {
        return new HeaderMatcher(of(name, field), value -> value.endsWith(suffix));
    }

    /** @param regex RE2, which takes time in proportion to the value: no value is a denial of service */
    public static HeaderMatcher regex(String name, String regex, String field) throws InvalidPolicy {
        try {
            Pattern pattern = Pattern.compile(regex);
            return new HeaderMatcher(of(name, field), pattern::matches);
        } catch (PatternSyntaxException e) {
            throw new InvalidPolicy(field + ".regex", "\"" + regex + "\"", "a regular expression of RE2");
        }
    }

    private static String of(String name, String field) throws InvalidPolicy {
        return PSEUDO.contains(name) ? name : HeaderName.of(name, field);
    }

    boolean matches(HttpRequest request) {
        return Origin.header(request, name).filter(value).isPresent();
    }
}
