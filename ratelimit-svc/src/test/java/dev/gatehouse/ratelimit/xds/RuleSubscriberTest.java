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
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Update;
import dev.gatehouse.xdsclient.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    @Test
    void twoResourcesOfOneDomainAreAnError() {
        Verdict verdict = subscriber.take(
                Update.of(resource("one", "same", RateLimitUnit.HOUR), resource("two", "same", RateLimitUnit.DAY)));
        assertThat(verdict)
                .isEqualTo(new Verdict.Rejected(
                        Map.of("two", "domain: \"same\" (expected: a domain of its own; it is that of \"one\")")));
        assertThat(limits("same")).isTrue();
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
