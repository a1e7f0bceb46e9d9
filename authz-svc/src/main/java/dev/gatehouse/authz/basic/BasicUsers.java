package dev.gatehouse.authz.basic;

import dev.gatehouse.authz.policy.Changes;
import dev.gatehouse.authz.policy.Check;
import dev.gatehouse.authz.policy.InvalidPolicy;
import dev.gatehouse.authz.policy.Reason;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.request.Authorization;
import dev.gatehouse.authz.request.HttpRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Lets through who knows a user's password. An unknown user's password is checked against the hash of one of the users, always the
 * same for the same name, and refused whatever comes of it: how long the answer takes does not say which names there are.
 */
public final class BasicUsers implements Check {
    private static final String CHALLENGE = "Basic realm=\"gatehouse\", charset=\"UTF-8\"";

    private final Map<String, PasswordHash> hashes;
    private final List<PasswordHash> decoys;
    private final Optional<String> usernameHeader;
    private final PasswordChecks passwords;

    /** @param passwordHash {@code {SHA}…} or bcrypt, as htpasswd writes it, or argon2 */
    public record User(String name, String passwordHash) {
        @Override
        public String toString() {
            return "User[" + name + "]";
        }
    }

    private BasicUsers(
            Map<String, PasswordHash> hashes,
            List<PasswordHash> decoys,
            Optional<String> usernameHeader,
            PasswordChecks passwords) {
        this.hashes = Map.copyOf(hashes);
        this.decoys = List.copyOf(decoys);
        this.usernameHeader = usernameHeader;
        this.passwords = passwords;
    }

    /**
     * Builds the check.
     *
     * @param usernameHeader in lower case: tells the backend who it is
     * @throws InvalidPolicy naming the field
     */
    public static BasicUsers of(List<User> users, Optional<String> usernameHeader, PasswordChecks passwords)
            throws InvalidPolicy {
        if (users.isEmpty()) {
            throw new InvalidPolicy("users", "none", "at least one");
        }
        Map<String, PasswordHash> hashes = new HashMap<>();
        List<PasswordHash> decoys = new java.util.ArrayList<>();
        for (int i = 0; i < users.size(); i++) {
            User user = users.get(i);
            String field = "users[" + i + "]";
            if (user.name().isEmpty() || user.name().chars().anyMatch(c -> c < ' ' || c == 0x7f || c == ':')) {
                throw new InvalidPolicy(
                        field + ".name", "\"" + user.name() + "\"", "a name without colons and control characters");
            }
            PasswordHash hash = PasswordHash.parse(user.passwordHash(), field + ".password_hash", user.name());
            decoys.add(hash);
            if (hashes.put(user.name(), hash) != null) {
                throw new InvalidPolicy(field + ".name", "\"" + user.name() + "\"", "each user once");
            }
        }
        return new BasicUsers(hashes, decoys, usernameHeader, passwords);
    }

    @Override
    public String kind() {
        return "basic";
    }

    @Override
    public Set<String> identityHeaders() {
        return usernameHeader.map(Set::of).orElse(Set.of());
    }

    @Override
    public CompletionStage<Verdict> check(HttpRequest request) {
        Optional<Authorization> authorization = request.header("authorization").flatMap(Authorization::parse);
        if (authorization.isEmpty() || !authorization.get().scheme().equals("basic")) {
            boolean empty = authorization.isPresent()
                    && authorization.get().credentials().equalsIgnoreCase("basic");
            return done(denied(empty ? Reason.CREDENTIALS_MALFORMED : Reason.CREDENTIALS_MISSING, Optional.empty()));
        }
        Optional<BasicCredentials> parsed = BasicCredentials.parse(authorization.get());
        if (parsed.isEmpty()) {
            return done(denied(Reason.CREDENTIALS_MALFORMED, Optional.empty()));
        }
        BasicCredentials credentials = parsed.get();
        PasswordHash hash = hashes.get(credentials.user());
        boolean known = hash != null;
        PasswordHash checked = hash == null ? decoys.get(passwords.spread(credentials.user(), decoys.size())) : hash;
        return passwords
                .check(credentials.user(), credentials.password(), checked)
                .thenApply(outcome -> switch (outcome) {
                    case RIGHT ->
                        known ? passed(credentials.user()) : denied(Reason.CREDENTIALS_WRONG, Optional.empty());
                    case WRONG ->
                        denied(Reason.CREDENTIALS_WRONG, known ? Optional.of(credentials.user()) : Optional.empty());
                    case REFUSED -> new Verdict.Denied(Reason.OVERLOADED, Optional.empty(), Optional.empty());
                });
    }

    private Verdict passed(String user) {
        Map<String, String> set = new HashMap<>();
        usernameHeader.ifPresent(name -> set.put(name, user));
        return new Verdict.Passed(user, new Changes(set, Set.of(), List.of()));
    }

    /** @param identity only of a user that there is: what else is in the field may be a password typed into the wrong one */
    private static Verdict denied(Reason reason, Optional<String> identity) {
        return new Verdict.Denied(reason, Optional.of(CHALLENGE), identity);
    }

    private static CompletionStage<Verdict> done(Verdict verdict) {
        return CompletableFuture.completedFuture(verdict);
    }
}
