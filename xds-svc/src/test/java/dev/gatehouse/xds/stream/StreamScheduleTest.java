package dev.gatehouse.xds.stream;

import static dev.gatehouse.envoyapi.TypeUrls.CLUSTER;
import static dev.gatehouse.envoyapi.TypeUrls.ENDPOINTS;
import static dev.gatehouse.envoyapi.TypeUrls.LISTENER;
import static dev.gatehouse.envoyapi.TypeUrls.ROUTES;
import static dev.gatehouse.envoyapi.TypeUrls.SECRET;
import static dev.gatehouse.envoyapi.TypeUrls.VIRTUAL_HOST;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Whatever a subscriber does, and whatever is edited meanwhile: once it answers what it is sent, it has what it is to have, and nothing
 * is owed to it.
 */
class StreamScheduleTest {
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final int EVENTS = 60;

    @Property(tries = 1_000)
    void everyAcceptedChangeArrivesOnceTheSubscriberAnswers(@ForAll long seed) {
        Random random = new Random(seed);
        ModelSubscriber subscriber =
                new ModelSubscriber(random.nextBoolean() ? Protocol.DELTA : Protocol.STATE_OF_THE_WORLD, random);
        subscriber.connect();
        for (int i = random.nextInt(EVENTS); i >= 0; i--) {
            event(random, subscriber);
        }
        subscriber.settle();
        assertThat(subscriber.missing())
                .as("seed %d: %s", seed, subscriber.history())
                .isEmpty();
    }

    private static void event(Random random, ModelSubscriber subscriber) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        switch (random.nextInt(17)) {
            case 0, 1 -> subscriber.edit(random.nextBoolean() ? CLUSTER : ENDPOINTS, name);
            case 2 -> subscriber.edit(LISTENER, name);
            case 3 -> subscriber.edit(ROUTES, name);
            case 4 -> subscriber.edit(SECRET, name);
            case 5 ->
                subscriber.delete(
                        List.of(CLUSTER, ENDPOINTS, LISTENER, ROUTES, SECRET).get(random.nextInt(5)), name);
            case 6 -> subscriber.secretIsNeeded(name, random.nextBoolean());
            case 7 -> subscriber.time(random.nextInt(15_000));
            case 8 -> {
                if (random.nextInt(4) == 0) {
                    subscriber.connect();
                }
            }
            case 9, 10 -> subscriber.edit(VIRTUAL_HOST, name + (random.nextBoolean() ? "/x" : "/y"));
            case 11 -> subscriber.delete(VIRTUAL_HOST, name + (random.nextBoolean() ? "/x" : "/y"));
            default -> subscriber.answerSomething();
        }
    }
}
