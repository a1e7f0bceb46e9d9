package dev.gatehouse.ratelimit.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.api.ratelimit.v3.RateLimitDescriptor;
import dev.gatehouse.api.ratelimit.v3.RateLimitPolicy;
import dev.gatehouse.api.ratelimit.v3.RateLimitUnit;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.ratelimit.descriptor.Entry;
import dev.gatehouse.ratelimit.descriptor.Rule;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Update;
import dev.gatehouse.xdsclient.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RuleSubscriberTest {
    private static final List<Entry> USER = List.of(new Entry("user", "x"));
    private final RuleSubscriber subscriber = new RuleSubscriber();

    private static Resource resource(String name, String domain, RateLimitUnit unit) {
        RateLimitConfig config = RateLimitConfig.newBuilder()
                .setName(name)
                .setDomain(domain)
                .addDescriptors(RateLimitDescriptor.newBuilder()
                        .setKey("user")
                        .setRateLimit(RateLimitPolicy.newBuilder().setUnit(unit).setRequestsPerUnit(3)))
                .build();
        return new Resource(name, "1", Any.pack(config));
    }

    private boolean limits(String domain) {
        return subscriber
                .book()
                .orElseThrow()
                .domain(domain)
                .flatMap(rules -> rules.match(USER))
                .isPresent();
    }

    @Test
    void nothingIsKnownBeforeTheFirstPush() {
        assertThat(subscriber.book()).isEmpty();
    }

    @Test
    void theGoodOnesOfAPushAreUsedAndTheBadOneIsNamed() {
        Verdict verdict = subscriber.take(
                Update.of(resource("good", "good", RateLimitUnit.HOUR), resource("bad", "bad", RateLimitUnit.UNKNOWN)));
        assertThat(verdict)
                .isEqualTo(new Verdict.Rejected(Map.of(
                        "bad",
                        "descriptors[0].rate_limit.unit: \"UNKNOWN\""
                                + " (expected: SECOND, MINUTE, HOUR, DAY, WEEK, MONTH or YEAR, or unlimited)")));
        assertThat(limits("good")).isTrue();
        assertThat(subscriber.book().orElseThrow().domain("bad")).isEmpty();
    }

    @Test
    void theLastGoodVersionOfABadResourceStays() {
        subscriber.take(Update.of(resource("a", "a", RateLimitUnit.HOUR)));
        assertThat(subscriber.take(Update.of(resource("a", "", RateLimitUnit.HOUR))))
                .isInstanceOf(Verdict.Rejected.class);
        assertThat(limits("a")).isTrue();
    }

    @Test
    void aRemovedResourceIsGone() {
        subscriber.take(Update.of(resource("a", "a", RateLimitUnit.HOUR)));
        assertThat(subscriber.take(new Update(List.of(), Set.of("a")))).isEqualTo(new Verdict.Accepted());
        assertThat(subscriber.book().orElseThrow().domain("a")).isEmpty();
    }

    private static Resource part(String name, String... descriptors) {
        RateLimitConfig.Builder config =
                RateLimitConfig.newBuilder().setName(name).setDomain("same");
        for (String descriptor : descriptors) {
            config.addDescriptors(RateLimitDescriptor.newBuilder()
                    .setKey("route")
                    .setValue(descriptor)
                    .setRateLimit(RateLimitPolicy.newBuilder()
                            .setUnit(RateLimitUnit.HOUR)
                            .setRequestsPerUnit(descriptor.length())));
        }
        return new Resource(name, "1", Any.pack(config.build()));
    }

    /** The limits that count for values of "route", where there is one. */
    private List<Long> limits(String... values) {
        return Stream.of(values)
                .flatMap(value -> subscriber
                        .book()
                        .orElseThrow()
                        .domain("same")
                        .flatMap(rules -> rules.match(List.of(new Entry("route", value))))
                        .stream())
                .map(rule -> ((Rule.Limited) rule).limit().requests())
                .toList();
    }

    @Test
    void resourcesOfOneDomainAreItsPartsAndChangeByThemselves() {
        assertThat(subscriber.take(Update.of(part("one", "a", "bb"), part("two", "ccc"))))
                .isEqualTo(new Verdict.Accepted());
        assertThat(limits("a", "bb", "ccc")).containsExactly(1L, 2L, 3L);
        assertThat(subscriber.take(Update.of(part("one", "bb", "dddd")))).isEqualTo(new Verdict.Accepted());
        assertThat(limits("a", "bb", "ccc", "dddd")).containsExactly(2L, 3L, 4L);
        subscriber.take(new Update(List.of(), Set.of("one")));
        assertThat(limits("a", "bb", "ccc", "dddd")).containsExactly(3L);
        subscriber.take(new Update(List.of(), Set.of("two", "never-was")));
        assertThat(subscriber.book().orElseThrow().domains()).isZero();
    }

    @Test
    void aRuleOfTwoResourcesOfADomainIsRefusedAndTheFirstKeepsIt() {
        subscriber.take(Update.of(part("one", "a"), part("two", "bb")));
        assertThat(subscriber.take(Update.of(part("two", "a", "ccc"))))
                .isEqualTo(new Verdict.Rejected(Map.of(
                        "two",
                        "descriptors: \"route_a\" (expected: each key and value in one resource of domain same)")));
        assertThat(limits("a", "bb", "ccc")).as("the last good rules of both").containsExactly(1L, 2L);
    }

    @Test
    void aRuleMayMoveFromOneResourceToAnotherInOneUpdate() {
        subscriber.take(Update.of(part("one", "a"), part("two", "bb")));
        assertThat(subscriber.take(Update.of(part("one", "bb"), part("two", "a"))))
                .isEqualTo(new Verdict.Accepted());
        assertThat(limits("a", "bb")).containsExactly(1L, 2L);
        assertThat(subscriber.take(new Update(List.of(part("three", "a")), Set.of("two"))))
                .isEqualTo(new Verdict.Accepted());
        assertThat(limits("a", "bb")).containsExactly(1L, 2L);
    }

    @Test
    void wildcardsOfSeveralResourcesComeInTheOrderOfTheirNamesHoweverTheyArrive() {
        subscriber.take(Update.of(part("z", "a*", "exact")));
        subscriber.take(Update.of(part("m", "ab*")));
        assertThat(limits("abc", "aXc", "exact")).containsExactly(3L, 2L, 5L);
        subscriber.take(new Update(List.of(), Set.of("m")));
        assertThat(limits("abc", "aXc")).containsExactly(2L, 2L);
    }

    @Test
    void bytesThatAreNoConfigurationAreRefused() {
        Any garbage = Any.newBuilder()
                .setTypeUrl(TypeUrls.RATE_LIMIT)
                .setValue(ByteString.copyFrom(new byte[] {(byte) 0xff}))
                .build();
        assertThat(subscriber.take(Update.of(new Resource("x", "1", garbage)))).isInstanceOf(Verdict.Rejected.class);
    }
}
