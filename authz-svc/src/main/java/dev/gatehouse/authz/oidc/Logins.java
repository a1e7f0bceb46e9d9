package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.oidc.SignOnSettings.StepUp;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.provider.Endpoints;
import dev.gatehouse.authz.provider.Form;
import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.provider.ProviderSettings;
import dev.gatehouse.authz.request.Cookies;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.seal.KeyRing;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Leads a browser to the provider, or to the page where its user chooses one. Tabs that begin logins at once share the browser's secret in a cookie where they know of each
 * other.
 */
final class Logins {
    /** The parameter of the choice of a provider. */
    static final String PROVIDER = "provider";

    /** The parameter that carries where the user wanted to go. */
    static final String START = "start";

    private static final Logger LOG = System.getLogger(Logins.class.getName());
    private static final int SECRET_BYTES = 16;
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{22}");

    private final SignOnSettings settings;
    private final Supplier<KeyRing> keys;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Seldom told;

    Logins(SignOnSettings settings, Supplier<KeyRing> keys, InstantSource clock, RandomGenerator random) {
        this.settings = settings;
        this.keys = keys;
        this.clock = clock;
        this.random = random;
        this.told = new Seldom(clock);
    }

    /**
     * Begins a login.
     *
     * @param url a path of this host, where the user wants to go
     * @param tries how many logins have failed for want of the cookie
     */
    CompletionStage<Verdict> begin(HttpRequest request, String url, int tries) {
        return begin(request, url, tries, settings.stepUp());
    }

    /** @param stepUp what the login has to come to */
    CompletionStage<Verdict> begin(HttpRequest request, String url, int tries, StepUp stepUp) {
        return settings.providers().size() == 1
                ? begin(request, settings.providers().getFirst(), url, tries, stepUp)
                : CompletableFuture.completedFuture(choose(url, tries, stepUp));
    }

    private Verdict choose(String url, int tries, StepUp stepUp) {
        String start = new FlowState(
                        "", target(url), false, "", now(), tries, new byte[FlowState.SEED_BYTES], new byte[0], stepUp)
                .close(keys.get(), settings.key());
        List<Answers.Link> links = new ArrayList<>();
        for (Provider provider : settings.providers()) {
            ProviderSettings known = provider.settings();
            links.add(new Answers.Link(
                    new Form()
                            .add(PROVIDER, known.name())
                            .add(START, start)
                            .behind(settings.redirectUri().bare()),
                    known.displayName()));
        }
        return new Verdict.Answered(
                Answers.page(200, "Sign on", "Choose how to sign on.", links, List.of()),
                "login-offered",
                Optional.empty());
    }

    /** Begins a login with one provider. */
    CompletionStage<Verdict> begin(HttpRequest request, Provider provider, String url, int tries, StepUp stepUp) {
        Optional<String> redirectUri = settings.redirectUri().expand(request).map(uri -> own(uri, provider));
        if (redirectUri.isEmpty()) {
            return CompletableFuture.completedFuture(new Verdict.Answered(
                    Answers.page(
                            400,
                            "This address cannot be used",
                            "The address of the page has characters that no address of this site has.",
                            List.of(),
                            List.of()),
                    "bad-host",
                    Optional.empty()));
        }
        byte[] seed = new byte[FlowState.SEED_BYTES];
        random.nextBytes(seed);
        int slot = FlowState.slot(seed);
        Cookies cookies = Renewals.cookies(request);
        String secret = cookies.value(settings.cookies().flow(slot))
                .filter(value -> SECRET.matcher(value).matches())
                .orElseGet(this::secret);
        String target = target(url);
        boolean kept = KeptUrl.needed(target);
        Optional<List<String>> parts = kept
                ? KeptUrl.keep(target, seed, settings, keys.get(), cookies, settings.loginTimeout())
                : Optional.of(List.of());
        if (parts.isEmpty()) {
            return CompletableFuture.completedFuture(tooLong(target));
        }
        FlowState flow = new FlowState(
                provider.settings().name(),
                kept ? bare(target) : target,
                kept,
                redirectUri.get(),
                now(),
                tries,
                seed,
                FlowState.hash(secret),
                stepUp);
        String state = flow.close(keys.get(), settings.key());
        List<String> set = new ArrayList<>(parts.get());
        set.add(settings.cookies().setFlow(Integer.toString(slot), secret, settings.loginTimeout()));
        return provider.endpoints()
                .thenCompose(where -> location(provider, where, flow, state))
                .<Verdict>thenApply(location ->
                        new Verdict.Answered(Answers.redirect(location, set), "login-started", Optional.empty()))
                .exceptionally(failure -> {
                    tell(provider, failure);
                    return new Verdict.Answered(
                            Answers.page(
                                    503,
                                    "Sign-on does not work at the moment",
                                    "The service that signs you on cannot be reached. Please try again in a few seconds.",
                                    List.of(new Answers.Link(target, "Try again")),
                                    List.of()),
                            "provider-unavailable",
                            Optional.empty());
                });
    }

    /** The user decides what to do with an address that would be lost on the way. */
    private static Verdict tooLong(String target) {
        return new Verdict.Answered(
                Answers.page(
                        401,
                        "Please sign on first",
                        "The address that you opened is too long to be kept while you sign on. Keep a copy of it, sign on, and open it again.",
                        List.of(new Answers.Link(bare(target), "Sign on")),
                        List.of()),
                "address-too-long",
                Optional.empty());
    }

    /** The path alone; "/" where that is too long, too. */
    private static String bare(String target) {
        String path = LocalPath.withoutQuery(target);
        return KeptUrl.needed(path) ? "/" : path;
    }

    private void tell(Provider provider, Throwable failure) {
        if (told.again()) {
            LOG.log(
                    Level.WARNING,
                    "Nobody can sign on by policy {0}: provider {1}: {2}.",
                    settings.policy(),
                    provider.settings().issuer(),
                    Provider.message(failure));
        }
    }

    private CompletionStage<String> location(Provider provider, Endpoints where, FlowState flow, String state) {
        Form request = request(provider.settings(), flow, state);
        if (!where.pushedRequired() && !provider.settings().pushedRequests()) {
            return CompletableFuture.completedFuture(request.behind(where.authorization()));
        }
        return provider.push(where, request)
                .thenApply(pushed -> new Form()
                        .add("client_id", provider.settings().clientId())
                        .add("request_uri", pushed)
                        .behind(where.authorization()));
    }

    private Form request(ProviderSettings provider, FlowState flow, String state) {
        Map<String, String> parameters = new LinkedHashMap<>(provider.authorizationParameters());
        flow.stepUp().maxAge().ifPresent(age -> parameters.put("max_age", Long.toString(age.toSeconds())));
        if (!flow.stepUp().acrValues().isEmpty()) {
            parameters.put("acr_values", String.join(" ", flow.stepUp().acrValues()));
        }
        parameters.put("response_type", "code");
        parameters.put("client_id", provider.clientId());
        parameters.put("redirect_uri", flow.redirectUri());
        parameters.put("scope", String.join(" ", provider.scopes()));
        parameters.put("state", state);
        parameters.put("nonce", flow.nonce());
        parameters.put("code_challenge", flow.challenge());
        parameters.put("code_challenge_method", "S256");
        Form form = new Form();
        parameters.forEach(form::add);
        provider.resources().forEach(resource -> form.add("resource", resource));
        return form;
    }

    /** With several providers each has an address of its own: none can answer in another's place. */
    private String own(String redirectUri, Provider provider) {
        return settings.providers().size() == 1
                ? redirectUri
                : LocalPath.withoutQuery(redirectUri) + "/"
                        + provider.settings().name();
    }

    /** A login that ends where logins end, or where sessions do, would not end. */
    private String target(String url) {
        String path = LocalPath.withoutQuery(url);
        String callback = settings.redirectUri().bare();
        boolean own = path.equals(callback)
                || path.startsWith(callback + "/")
                || Optional.of(path).equals(settings.logoutPath());
        return own ? "/" : LocalPath.of(url);
    }

    private String secret() {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    private Instant now() {
        return clock.instant();
    }

    /** The login with the whole of where the user wanted to go, if the browser has that. */
    FlowState restored(FlowState flow, Cookies cookies) {
        return flow.kept()
                ? KeptUrl.find(flow.seed(), settings, keys.get(), cookies)
                        .map(flow::to)
                        .orElse(flow)
                : flow;
    }

    /** Values of Set-Cookie that take away the cookies of a login. */
    List<String> forget(FlowState flow, Cookies cookies) {
        List<String> delete = new ArrayList<>(KeptUrl.forget(flow.seed(), settings, cookies));
        if (cookies.value(settings.cookies().flow(flow.slot())).isPresent()) {
            delete.add(settings.cookies().deleteFlow(Integer.toString(flow.slot())));
        }
        return delete;
    }
}
