package dev.gatehouse.xds.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final Admission admission = new Admission(2);
    private final List<String> admitted = new ArrayList<>();

    @Test
    void letsInAsManyAsThereArePlacesAndThenWhoWaitsLongest() {
        Admission.Place a = enter("a");
        enter("b");
        enter("c");
        enter("d");
        assertThat(admitted).containsExactly("a", "b");
        assertThat(admission.waiting()).isEqualTo(2);
        a.leave();
        assertThat(admitted).containsExactly("a", "b", "c");
        a.leave();
        assertThat(admitted).as("leaving twice frees one place").containsExactly("a", "b", "c");
    }

    @Test
    void whoGivesUpWaitingTakesNoPlace() {
        Admission.Place a = enter("a");
        enter("b");
        Admission.Place c = enter("c");
        enter("d");
        c.leave();
        a.leave();
        assertThat(admitted).containsExactly("a", "b", "d");
        assertThat(admission.waiting()).isZero();
    }

    @Test
    void aPlaceThatWasNeverEnteredIsNotGivenBack() {
        enter("a");
        enter("b");
        admission.new Place(() -> admitted.add("never")).leave();
        enter("c");
        assertThat(admitted).containsExactly("a", "b");
    }

    @Test
    void noMoreThanThePlacesAreTakenWhenManyEnterAtOnce() throws InterruptedException {
        AtomicInteger in = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(500);
        for (int i = 0; i < 500; i++) {
            Admission.Place[] place = new Admission.Place[1];
            place[0] = admission.new Place(() -> {
                most.accumulateAndGet(in.incrementAndGet(), Math::max);
                Thread.startVirtualThread(() -> {
                    in.decrementAndGet();
                    place[0].leave();
                    done.countDown();
                });
            });
            Thread.startVirtualThread(place[0]::enter);
        }
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(most).hasValueLessThanOrEqualTo(2);
        assertThat(admission.waiting()).isZero();
    }

    private Admission.Place enter(String name) {
        Admission.Place place = admission.new Place(() -> admitted.add(name));
        place.enter();
        return place;
    }
}
