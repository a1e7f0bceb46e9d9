package dev.gatehouse.xds.stream;

import static dev.gatehouse.envoyapi.TypeUrls.ROUTES;
import static dev.gatehouse.envoyapi.TypeUrls.VIRTUAL_HOST;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Virtual hosts come to the table that the subscriber has, whatever became of earlier ones of its name. */
class VirtualHostsTest {
    /** A proxy that has cluster a, listener l, routes r and their virtual host. */
    private static Script connected() {
        Script script = new Script(Protocol.DELTA).connected();
        script.target(script.config().resource(VIRTUAL_HOST, "r/x", 1));
        assertThat(script.request(VIRTUAL_HOST)).containsExactly("push VirtualHost +r/x@1");
        assertThat(script.ack(VIRTUAL_HOST)).containsExactly("ack VirtualHost");
        return script;
    }

    @Test
    void aTableThatIsAskedForAnewIsGivenItsVirtualHostsAgainAndThenIsSure() {
        Script script = connected();
        assertThat(script.unsubscribe(ROUTES, "r")).containsExactly("push VirtualHost -r/x");
        assertThat(script.subscribe(ROUTES, "r")).containsExactly("push RDS +r@1~");
        script.ack(VIRTUAL_HOST);
        assertThat(script.ack(ROUTES)).contains("push VirtualHost +r/x@1");
        assertThat(script.ack(VIRTUAL_HOST)).contains("push RDS +r@1");
        assertThat(script.ack(ROUTES)).contains("ack RDS");
    }

    @Test
    void whoComesBackWithATableThatMayLackVirtualHostsIsSentThem() {
        Script script = new Script(Protocol.DELTA);
        script.target(script.config().routes("r", 1).resource(VIRTUAL_HOST, "r/x", 1));
        script.reconnect(ROUTES, "r", "1~");
        assertThat(script.reconnect(VIRTUAL_HOST, "r/x", "1")).containsExactly("push VirtualHost +r/x@1");
        assertThat(script.ack(VIRTUAL_HOST)).contains("push RDS +r@1");
    }

    @Test
    void whoComesBackWithATableThatLacksNoneIsSentNothing() {
        Script script = new Script(Protocol.DELTA);
        script.target(script.config().routes("r", 1).resource(VIRTUAL_HOST, "r/x", 1));
        script.reconnect(ROUTES, "r", "1");
        assertThat(script.reconnect(VIRTUAL_HOST, "r/x", "1")).isEmpty();
    }

    @Test
    void aVirtualHostThatIsGoneIsTakenFromATableThatMayLackOthers() {
        Script script = new Script(Protocol.DELTA);
        script.target(script.config().routes("r", 1));
        script.reconnect(ROUTES, "r", "1~");
        assertThat(script.reconnect(VIRTUAL_HOST, "r/x", "1")).containsExactly("push VirtualHost -r/x");
    }

    @Test
    void anAnswerThatComesAfterTheTableWasAskedForAnewCountsForIt() {
        Script script = connected();
        script.target(script.config().routes("other", 1));
        script.subscribe(ROUTES, "other");
        script.ack(ROUTES);
        assertThat(script.target(script.config().routes("r", 2))).containsExactly("push RDS +r@2");
        String earlier = script.lastPush(ROUTES).nonce();
        script.unsubscribe(ROUTES, "r");
        script.ack(VIRTUAL_HOST);
        script.subscribe(ROUTES, "r");
        assertThat(script.answer(ROUTES, earlier)).contains("push RDS +r@2~");
        assertThat(script.nack(ROUTES, "r: no")).contains("rejected RDS r at 4: r: no", "push VirtualHost +r/x@1");
        script.ack(VIRTUAL_HOST);
        assertThat(script.target(script.config().resource(VIRTUAL_HOST, "r/x", 2)))
                .containsExactly("push VirtualHost +r/x@2");
    }

    @Test
    void aTableThatWasRefusedWithAnotherMayBeThereNevertheless() {
        Script script = new Script(Protocol.DELTA);
        script.target(script.config().routes("bad", 1).routes("good", 1).resource(VIRTUAL_HOST, "good/x", 1));
        script.request(VIRTUAL_HOST);
        script.ack(VIRTUAL_HOST);
        script.subscribe(ROUTES, "bad", "good");
        assertThat(script.nack(ROUTES, "bad: no")).contains("push RDS +good@1~");
        assertThat(script.nack(ROUTES, "good: no")).contains("push VirtualHost +good/x@1");
        script.ack(VIRTUAL_HOST);
        script.target(script.config().routes("good", 2));
        assertThat(script.nack(ROUTES, "bad: no")).contains("push RDS +good@2~");
        assertThat(script.ack(ROUTES)).contains("push VirtualHost +good/x@1");
    }
}
