package dev.gatehouse.xds.stream;

import static dev.gatehouse.envoyapi.TypeUrls.CLUSTER;
import static dev.gatehouse.envoyapi.TypeUrls.ENDPOINTS;
import static dev.gatehouse.envoyapi.TypeUrls.LISTENER;
import static dev.gatehouse.envoyapi.TypeUrls.ROUTES;
import static dev.gatehouse.envoyapi.TypeUrls.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SubscriberStreamTest {
    private static final String WAF = "type.googleapis.com/gatehouse.waf.v1.WafPolicy";

    @Test
    void nothingIsSentBeforeTheFleetIsKnown() {
        Script script = new Script(Protocol.DELTA);
        assertThat(script.subscribe(CLUSTER, "*")).isEmpty();
        assertThat(script.stream().wakeUp()).isEmpty();
        assertThat(script.target(script.config().cluster("a", 1))).containsExactly("push CDS +a@1");
    }

    @ParameterizedTest
    @EnumSource
    void anInitialConnectionGetsEverythingInOrderWithoutWaiting(Protocol protocol) {
        Script script = new Script(protocol);
        script.target(script.config()
                .edsCluster("a", 1)
                .endpoints("a", 1)
                .listener("l", 1, "r")
                .routes("r", 1));
        assertThat(script.subscribe(CLUSTER, "*")).containsExactly("push CDS +a@1");
        assertThat(script.ack(CLUSTER)).containsExactly("ack CDS");
        assertThat(script.subscribe(ENDPOINTS, "a")).containsExactly("push EDS +a@1");
        assertThat(script.ack(ENDPOINTS)).containsExactly("ack EDS");
        assertThat(script.subscribe(LISTENER, "*")).containsExactly("push LDS +l@1");
        assertThat(script.ack(LISTENER)).containsExactly("ack LDS");
        assertThat(script.subscribe(ROUTES, "r")).containsExactly("push RDS +r@1");
        assertThat(script.ack(ROUTES)).containsExactly("ack RDS", "applied 1");
    }

    @ParameterizedTest
    @EnumSource
    void routesComeAfterTheEndpointsOfTheClustersThatTheyUse(Protocol protocol) {
        Script script = new Script(protocol).connected();
        assertThat(script.target(script.config()
                        .edsCluster("b", 1)
                        .endpoints("b", 1)
                        .listener("l", 2, "r")
                        .routes("r", 2)))
                .containsExactly(script.whole("push CDS +b@1", "push CDS +a@1 +b@1"));
        assertThat(script.ack(CLUSTER)).as("b's endpoints are to be asked for").containsExactly("ack CDS");
        assertThat(script.subscribe(ENDPOINTS, "b")).containsExactly("push EDS +b@1");
        assertThat(script.ack(ENDPOINTS)).containsExactly("ack EDS", "push LDS +l@2");
        assertThat(script.ack(LISTENER)).containsExactly("ack LDS", "push RDS +r@2");
        assertThat(script.ack(ROUTES)).containsExactly("ack RDS", "applied 2");
    }

    @ParameterizedTest
    @EnumSource
    void aClusterIsRemovedOnlyAfterTheRoutesThatUsedItAreReplacedAndTheGraceHasPassed(Protocol protocol) {
        Script script = new Script(protocol).connected();
        assertThat(script.target(script.config()
                        .cluster("b", 1)
                        .routes("r", 2)
                        .without(CLUSTER, "a")
                        .without(ENDPOINTS, "a")))
                .containsExactly(script.whole("push CDS +b@1", "push CDS +a@1 +b@1"));
        assertThat(script.ack(CLUSTER)).containsExactly("ack CDS", "push RDS +r@2");
        assertThat(script.after(Duration.ofSeconds(6)))
                .as("the routes are not answered")
                .isEmpty();
        assertThat(script.ack(ROUTES)).containsExactly("ack RDS", "applied 2");
        assertThat(script.after(Duration.ofMillis(4_999))).isEmpty();
        assertThat(script.stream().wakeUp()).contains(script.now().plusMillis(1));
        assertThat(script.after(Duration.ofMillis(1))).containsExactly(script.whole("push CDS -a", "push CDS +b@1"));
        assertThat(script.ack(CLUSTER))
                .containsExactly(
                        protocol == Protocol.DELTA
                                ? new String[] {"ack CDS", "push EDS -a"}
                                : new String[] {"ack CDS"});
    }

    @ParameterizedTest
    @EnumSource
    void endpointsAreSentThoughTheClustersAreNotAnsweredYetBecauseEnvoyAnswersWhenTheyAreWarm(Protocol protocol) {
        Script script = new Script(protocol).connected();
        script.target(script.config().edsCluster("b", 1).endpoints("b", 1).routes("r", 2));
        script.target(script.config().edsCluster("c", 1).endpoints("c", 1));
        assertThat(script.subscribe(ENDPOINTS, "b")).containsExactly("push EDS +b@1");
        assertThat(script.ack(ENDPOINTS)).containsExactly("ack EDS");
        assertThat(script.ack(CLUSTER))
                .containsExactly("ack CDS", script.whole("push CDS +c@1", "push CDS +a@1 +b@1 +c@1"));
        assertThat(script.subscribe(ENDPOINTS, "c")).containsExactly("push EDS +c@1");
        assertThat(script.ack(ENDPOINTS)).containsExactly("ack EDS");
        assertThat(script.ack(CLUSTER)).containsExactly("ack CDS", "push RDS +r@2");
    }

    @ParameterizedTest
    @EnumSource
    void aClusterThatComesBackWithinTheGraceStays(Protocol protocol) {
        Script script = new Script(protocol).connected();
        script.target(script.config().cluster("b", 1).routes("r", 2).without(CLUSTER, "a"));
        script.ack(CLUSTER);
        script.ack(ROUTES);
        script.target(script.config().edsCluster("a", 1));
        assertThat(script.after(Duration.ofMinutes(1))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void routesThatAreRefusedKeepTheClustersOfTheOldOnes(Protocol protocol) {
        Script script = new Script(protocol).connected();
        script.target(script.config().cluster("b", 1).routes("r", 2).without(CLUSTER, "a"));
        script.ack(CLUSTER);
        assertThat(script.nack(ROUTES, "route r: bad regex"))
                .containsExactly("rejected RDS r at 2: route r: bad regex", "settled 2 without RDS r");
        assertThat(script.after(Duration.ofMinutes(1))).isEmpty();
        assertThat(script.target(script.config().routes("r", 3))).containsExactly("push RDS +r@3");
        assertThat(script.ack(ROUTES)).containsExactly("ack RDS", "applied 3");
        assertThat(script.after(Duration.ofSeconds(5))).containsExactly(script.whole("push CDS -a", "push CDS +b@1"));
    }

    @ParameterizedTest
    @EnumSource
    void aRefusedVersionIsNotSentAgainUntilTheResourceChanges(Protocol protocol) {
        Script script = new Script(protocol).connected();
        assertThat(script.target(script.config().endpoints("a", 2))).containsExactly("push EDS +a@2");
        assertThat(script.nack(ENDPOINTS, "no")).containsExactly("rejected EDS a at 2: no", "settled 2 without EDS a");
        assertThat(script.target(script.config().routes("r", 2))).containsExactly("push RDS +r@2");
        assertThat(script.ack(ROUTES)).as("not all is applied").containsExactly("ack RDS", "settled 3 without EDS a");
        assertThat(script.target(script.config().endpoints("a", 3))).containsExactly("push EDS +a@3");
        assertThat(script.ack(ENDPOINTS)).containsExactly("ack EDS", "applied 4");
    }

    @ParameterizedTest
    @EnumSource
    void aRefusalIsToldAsLongAsWhatWasRefusedIsThere(Protocol protocol) {
        Script script = new Script(protocol).connected();
        script.target(script.config().cluster("b", 1).cluster("c", 1));
        script.nack(CLUSTER, "cluster b: bad");
        script.ack(CLUSTER);
        assertThat(refusals(script)).containsExactly("cluster b: bad");
        script.target(script.config().without(CLUSTER, "b"));
        assertThat(refusals(script)).isEmpty();
        script.target(script.config().cluster("c", 2));
        script.nack(CLUSTER, "no");
        assertThat(refusals(script)).containsExactly("no");
        script.target(script.config().cluster("c", 3));
        script.ack(CLUSTER);
        assertThat(refusals(script)).isEmpty();
    }

    private static List<String> refusals(Script script) {
        return script.stream().status().stream()
                .flatMap(type -> type.lastRejection().stream())
                .toList();
    }

    @Test
    void oneBadClusterDoesNotKeepTheOthersFromASubscriberOfTheStateOfTheWorld() {
        Script script = new Script(Protocol.STATE_OF_THE_WORLD).connected();
        script.target(script.config().edsCluster("a", 2).cluster("b", 1).cluster("c", 1));
        assertThat(script.nack(CLUSTER, "Error adding/updating cluster(s) b: no such extension"))
                .containsExactly(
                        "rejected CDS b at 2: Error adding/updating cluster(s) b: no such extension",
                        "push CDS +a@2 +c@1");
    }

    @Test
    void aRefusedUpdateLeavesTheLastGoodVersionInTheStateOfTheWorld() {
        Script script = new Script(Protocol.STATE_OF_THE_WORLD).connected();
        script.target(script.config().edsCluster("a", 2).cluster("b", 1));
        assertThat(script.nack(CLUSTER, "cluster a: bad"))
                .containsExactly("rejected CDS a at 2: cluster a: bad", "push CDS +a@1 +b@1");
    }

    @Test
    void oneBadClusterDoesNotKeepTheOthersFromADeltaSubscriber() {
        Script script = new Script(Protocol.DELTA).connected();
        script.target(script.config().cluster("b", 1).cluster("c", 1));
        assertThat(script.nack(CLUSTER, "cluster b: bad"))
                .containsExactly("rejected CDS b at 2: cluster b: bad", "push CDS +c@1");
        assertThat(script.nack(CLUSTER, "something else"))
                .as("a message that names nothing refuses all of the push")
                .containsExactly("rejected CDS c at 2: something else", "settled 2 without CDS b,CDS c");
    }

    @ParameterizedTest
    @EnumSource
    void endpointChangesGoOutAtOnce(Protocol protocol) {
        Script script = new Script(protocol).connected();
        assertThat(script.target(script.config().endpoints("a", 2))).containsExactly("push EDS +a@2");
        assertThat(script.ack(ENDPOINTS)).containsExactly("ack EDS", "applied 2");
    }

    @ParameterizedTest
    @EnumSource
    void aBurstIsOnePushOfTheLatestState(Protocol protocol) {
        Script script = new Script(protocol).connected();
        assertThat(script.target(script.config().endpoints("a", 2))).containsExactly("push EDS +a@2");
        for (int version = 3; version <= 50; version++) {
            assertThat(script.target(script.config().endpoints("a", version))).isEmpty();
        }
        assertThat(script.ack(ENDPOINTS)).containsExactly("ack EDS", "push EDS +a@50");
        assertThat(script.ack(ENDPOINTS)).containsExactly("ack EDS", "applied 50");
    }

    @ParameterizedTest
    @EnumSource
    void aSubscriberThatDoesNotAnswerOneTypeGetsTheOthersAfterTheTimeout(Protocol protocol) {
        Script script = new Script(protocol).connected();
        assertThat(script.target(script.config().endpoints("a", 2).routes("r", 2)))
                .containsExactly("push EDS +a@2");
        assertThat(script.after(Duration.ofMillis(9_999))).isEmpty();
        assertThat(script.after(Duration.ofMillis(1))).containsExactly("push RDS +r@2");
    }

    @ParameterizedTest
    @EnumSource
    void routesNeverOvertakeTheirClustersThoughAnAnswerIsOverdue(Protocol protocol) {
        Script script = new Script(protocol).connected();
        script.target(script.config().cluster("b", 1));
        assertThat(script.target(script.config().cluster("c", 1).routes("r", 2)))
                .isEmpty();
        assertThat(script.after(Duration.ofSeconds(10)))
                .containsExactly(script.whole("push CDS +c@1", "push CDS +a@1 +b@1 +c@1"));
        assertThat(script.ack(CLUSTER)).containsExactly("ack CDS", "push RDS +r@2");
    }

    @Test
    void aSubscriberOfTheStateOfTheWorldGetsNoEndpointsWhereThereAreNone() {
        Script script = new Script(Protocol.STATE_OF_THE_WORLD).connected();
        assertThat(script.subscribe(ENDPOINTS, "x")).containsExactly("push EDS +x@none");
        assertThat(script.ack(ENDPOINTS)).containsExactly("ack EDS");
        assertThat(script.target(script.config().without(ENDPOINTS, "a")))
                .as("what it has is not taken away")
                .containsExactly("applied 2");
        assertThat(script.target(script.config().endpoints("x", 1))).containsExactly("push EDS +x@1");
    }

    @ParameterizedTest
    @EnumSource
    void aChangedClusterIsFollowedByItsEndpointsThoughTheyAreTheSame(Protocol protocol) {
        Script script = new Script(protocol).connected();
        assertThat(script.target(script.config().edsCluster("a", 2))).containsExactly("push CDS +a@2", "push EDS +a@1");
        assertThat(script.ack(CLUSTER)).containsExactly("ack CDS");
        assertThat(script.ack(ENDPOINTS)).containsExactly("ack EDS", "applied 2");
    }

    @ParameterizedTest
    @EnumSource
    void newSecretsComeBeforeTheListenersThatUseThem(Protocol protocol) {
        Script script = new Script(protocol).connected();
        script.target(script.config().secret("s", 1));
        assertThat(script.subscribe(SECRET, "s")).containsExactly("push SDS +s@1");
        script.ack(SECRET);
        assertThat(script.target(script.config().secret("s", 2).listener("l", 2, "r")))
                .containsExactly("push SDS +s@2");
        assertThat(script.ack(SECRET)).containsExactly("ack SDS", "push LDS +l@2");
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerToAnOlderPushIsNoAnswer(Protocol protocol) {
        Script script = new Script(protocol).connected();
        script.target(script.config().endpoints("a", 2));
        assertThat(script.answer(ENDPOINTS, "0")).isEmpty();
        assertThat(script.ack(ENDPOINTS)).containsExactly("ack EDS", "applied 2");
    }

    @Test
    void aDeltaSubscriberThatReconnectsGetsOnlyWhatChanged() {
        Script script = new Script(Protocol.DELTA);
        script.target(script.config().cluster("a", 1).cluster("b", 2).cluster("c", 1));
        assertThat(script.reconnect(CLUSTER, "a", "1", "b", "1", "c", "1")).containsExactly("push CDS +b@2");
    }

    @Test
    void aDeltaSubscriberThatReconnectsUnchangedGetsNothing() {
        Script script = new Script(Protocol.DELTA);
        script.target(script.config().cluster("a", 1));
        assertThat(script.reconnect(CLUSTER, "a", "1")).containsExactly("applied 1");
    }

    @Test
    void aDeltaSubscriberThatReconnectsKeepsAClusterThatIsGoneUntilItsRoutesAreReplaced() {
        Script script = new Script(Protocol.DELTA);
        script.target(script.config().cluster("b", 1).listener("l", 1, "r").routes("r", 2));
        assertThat(script.reconnect(CLUSTER, "a", "1", "b", "1")).isEmpty();
        assertThat(script.reconnect(LISTENER, "l", "1")).isEmpty();
        assertThat(script.reconnect(ROUTES, "r", "1")).containsExactly("push RDS +r@2");
        assertThat(script.after(Duration.ofSeconds(9))).isEmpty();
        assertThat(script.ack(ROUTES)).containsExactly("ack RDS", "applied 1");
        assertThat(script.after(Duration.ofSeconds(5))).containsExactly("push CDS -a");
    }

    @Test
    void aSubscriberOfTheStateOfTheWorldThatReconnectsUnchangedGetsNothing() {
        Script first = new Script(Protocol.STATE_OF_THE_WORLD);
        first.target(first.config().cluster("a", 1).cluster("b", 7));
        first.subscribe(CLUSTER, "*");
        String version = first.lastPush(CLUSTER).version();
        Script second = new Script(Protocol.STATE_OF_THE_WORLD);
        second.target(second.config().cluster("b", 7).cluster("a", 1));
        assertThat(second.claim(CLUSTER, version)).containsExactly("applied 1");
        Script third = new Script(Protocol.STATE_OF_THE_WORLD);
        third.target(third.config().cluster("b", 8).cluster("a", 1));
        assertThat(third.claim(CLUSTER, version)).containsExactly("push CDS +a@1 +b@8");
    }

    @Test
    void aDeltaSubscriberIsToldAtOnceThatAResourceDoesNotExistAndGetsItWhenItDoes() {
        Script script = new Script(Protocol.DELTA);
        script.target(script.config().cluster("a", 1));
        assertThat(script.subscribe(ENDPOINTS, "x")).containsExactly("push EDS -x");
        assertThat(script.ack(ENDPOINTS)).contains("ack EDS");
        assertThat(script.target(script.config().endpoints("x", 1))).containsExactly("push EDS +x@1");
    }

    @Test
    void aDeltaSubscriberThatAsksAgainIsSentTheSameAgain() {
        Script script = new Script(Protocol.DELTA).connected();
        assertThat(script.subscribe(ENDPOINTS, "a")).containsExactly("push EDS +a@1");
    }

    @Test
    void whatIsUnsubscribedFromIsNotSent() {
        Script script = new Script(Protocol.DELTA).connected();
        assertThat(script.unsubscribe(ENDPOINTS, "a")).isEmpty();
        assertThat(script.target(script.config().endpoints("a", 2))).containsExactly("applied 2");
    }

    @Test
    void aDeltaSubscriberMayHaveAWildcardAndANameBesides() {
        Script script = new Script(Protocol.DELTA);
        script.target(script.config().cluster("a", 1));
        assertThat(script.subscribe(CLUSTER, "*", "late")).containsExactly("push CDS +a@1 -late");
        script.ack(CLUSTER);
        assertThat(script.target(script.config().cluster("late", 1))).containsExactly("push CDS +late@1");
        script.ack(CLUSTER);
        assertThat(script.unsubscribe(CLUSTER, "*")).isEmpty();
        assertThat(script.target(script.config().cluster("a", 2))).containsExactly("applied 3");
    }

    @ParameterizedTest
    @EnumSource
    void aCalloutServiceIsToldThatItsLastPolicyIsGone(Protocol protocol) {
        Script script = new Script(protocol);
        script.target(script.config().resource(WAF, "p", 1));
        assertThat(script.subscribe(WAF, "*")).containsExactly("push WafPolicy +p@1");
        assertThat(script.ack(WAF)).containsExactly("ack WafPolicy", "applied 1");
        assertThat(script.target(script.config().without(WAF, "p")))
                .containsExactly(script.whole("push WafPolicy -p", "push WafPolicy"));
    }

    @ParameterizedTest
    @EnumSource
    void aSubscriberOfAnEmptyTypeIsToldThatItIsEmpty(Protocol protocol) {
        Script script = new Script(protocol);
        script.target(script.config());
        assertThat(script.subscribe(CLUSTER, "*")).startsWith("push CDS");
        assertThat(script.ack(CLUSTER)).startsWith("ack CDS");
    }

    @ParameterizedTest
    @EnumSource
    void clustersThatAreEditedFasterThanTheyAreAnsweredHoldBackListenersForTwoTimeoutsAtMost(Protocol protocol) {
        Script script = new Script(protocol).connected();
        script.target(script.config().cluster("warming", 1).listener("l", 2, "r"));
        List<String> told = new ArrayList<>();
        for (int edit = 2; edit < 6; edit++) {
            told.addAll(script.after(Duration.ofSeconds(5)));
            told.addAll(script.target(script.config().cluster("warming", edit)));
        }
        assertThat(told).contains(script.whole("push LDS +l@2", "push LDS +l@2"));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsRefusedAfterItWasUnsubscribedFromIsNotMissing(Protocol protocol) {
        Script script = new Script(protocol).connected();
        script.target(script.config().secret("s", 1));
        script.subscribe(SECRET, "s", "t");
        script.ack(SECRET);
        script.target(script.config().secret("s", 2));
        script.unsubscribe(SECRET, "s");
        assertThat(script.nack(SECRET, "s: no key")).last().isEqualTo("applied 3");
        assertThat(script.target(script.config().routes("r", 2))).containsExactly("push RDS +r@2");
        assertThat(script.ack(ROUTES)).containsExactly("ack RDS", "applied 4");
    }

    @ParameterizedTest
    @EnumSource
    void aRefusalThatComesAfterTheNextPushCounts(Protocol protocol) {
        Script script = new Script(protocol).connected();
        script.target(script.config().cluster("bad", 1));
        String late = script.lastPush(CLUSTER).nonce();
        script.after(Duration.ofSeconds(10));
        script.target(script.config().cluster("good", 1));
        assertThat(script.refuse(CLUSTER, late, "bad: no such type"))
                .contains("rejected CDS bad at 2: bad: no such type");
        assertThat(script.ack(CLUSTER)).contains("ack CDS").doesNotContain("applied 3");
        assertThat(script.target(script.config().cluster("bad", 2)))
                .containsExactly(script.whole("push CDS +bad@2", "push CDS +a@1 +bad@2 +good@1"));
        assertThat(script.ack(CLUSTER)).containsExactly("ack CDS", "applied 4");
    }

    @Test
    void aRemovalThatWasRefusedWithOtherThingsIsSentAgain() {
        Script script = new Script(Protocol.DELTA).connected();
        assertThat(script.target(script.config().listener("bad", 1, "r").without(LISTENER, "l")))
                .containsExactly("push LDS +bad@1 -l");
        assertThat(script.nack(LISTENER, "bad: no filter"))
                .containsExactly("rejected LDS bad at 2: bad: no filter", "push LDS -l");
        assertThat(script.ack(LISTENER)).containsExactly("ack LDS", "settled 2 without LDS bad");
    }

    @Test
    void aListenerThatWasPartOfARefusedPushIsRemovedThoughItWasNeverAccepted() {
        Script script = new Script(Protocol.DELTA).connected();
        script.target(script.config().listener("bad", 1, "r").listener("good", 1, "r"));
        script.target(script.config().without(LISTENER, "good"));
        assertThat(script.nack(LISTENER, "bad: no filter")).last().isEqualTo("push LDS -good");
    }

    @Test
    void aClusterThatIsReplacedIsToldAgainThatItHasNoEndpoints() {
        Script script = new Script(Protocol.DELTA).connected();
        script.target(script.config().edsCluster("b", 1));
        script.ack(CLUSTER);
        assertThat(script.subscribe(ENDPOINTS, "b")).containsExactly("push EDS -b");
        script.ack(ENDPOINTS);
        assertThat(script.target(script.config().edsCluster("b", 2))).containsExactly("push CDS +b@2", "push EDS -b");
    }

    @Test
    void whatIsOwedForTooLongIsToldWithItsReason() {
        Script script = new Script(Protocol.DELTA).connected();
        script.target(script.config().cluster("b", 1).listener("l", 2, "r"));
        assertThat(script.stream().owed(script.now())).isEmpty();
        script.after(Duration.ofSeconds(10));
        script.after(Duration.ofSeconds(20));
        assertThat(script.stream().owed(script.now()))
                .extracting(Owed::what)
                .containsExactly("the subscriber has not answered push 2 (b)");
        script.ack(CLUSTER);
        script.ack(LISTENER);
        assertThat(script.stream().owed(script.now().plusSeconds(3600))).isEmpty();
    }

    @Test
    void whatIsRefusedTogetherByAMessageThatNamesNothingIsTriedOneByOne() {
        Script script = new Script(Protocol.DELTA).connected();
        assertThat(script.target(
                        script.config().secret("x", 1).cluster("bad", 1).cluster("good", 1)))
                .containsExactly("push CDS +bad@1 +good@1");
        assertThat(script.nack(CLUSTER, "negative duration"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("push CDS +");
        List<String> told = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            boolean bad = script.lastPush(CLUSTER).resources().getFirst().name().equals("bad");
            told.addAll(bad ? script.nack(CLUSTER, "negative duration") : script.ack(CLUSTER));
        }
        assertThat(told).contains("ack CDS", "rejected CDS bad at 2: negative duration");
        assertThat(script.target(script.config().without(CLUSTER, "bad"))).contains("applied 3");
    }
}
