package dev.gatehouse.waf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class BodyBudgetTest {
    private static final long MEBIBYTE = 1024 * 1024;

    @Test
    void theBudgetIsSharedAndGivenBack() {
        BodyBudget budget = new BodyBudget(100);
        BodyBudget.Share first = budget.share();
        BodyBudget.Share second = budget.share();
        assertThat(first.take(60)).isTrue();
        assertThat(second.take(50)).isFalse();
        assertThat(second.hasRoomFor(40)).isTrue();
        assertThat(second.take(40)).isTrue();
        first.giveBack();
        first.giveBack();
        assertThat(budget.held()).isEqualTo(40);
        assertThat(second.take(60)).isTrue();
    }

    @Test
    void largeBodiesLeaveRoomForSmallOnesAndSmallOnesForTinyOnes() {
        BodyBudget budget = new BodyBudget(8 * MEBIBYTE);
        while (budget.share().take(MEBIBYTE)) {
            assertThat(budget.held()).isLessThanOrEqualTo(6 * MEBIBYTE);
        }
        assertThat(budget.held()).isEqualTo(6 * MEBIBYTE);
        while (budget.share().take(128 * 1024)) {
            assertThat(budget.held()).isLessThanOrEqualTo(7 * MEBIBYTE);
        }
        assertThat(budget.held()).isEqualTo(7 * MEBIBYTE);
        BodyBudget.Share form = budget.share();
        assertThat(form.take(4 * 1024)).isTrue();
        assertThat(form.take(4 * 1024)).isTrue();
        assertThat(form.hasRoomFor(1)).as("it is no tiny one any more").isFalse();
        assertThat(form.take(1)).isFalse();
    }

    @Test
    void aBodyThatComesInPiecesIsAsLargeAsAllOfThem() {
        BodyBudget budget = new BodyBudget(8 * MEBIBYTE);
        BodyBudget.Share slow = budget.share();
        while (slow.take(1000)) {
            assertThat(budget.held()).isLessThanOrEqualTo(6 * MEBIBYTE);
        }
        assertThat(budget.share().hasRoomFor(MEBIBYTE)).isFalse();
        assertThat(budget.share().hasRoomFor(100_000)).isTrue();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> new BodyBudget(0)).hasMessageContaining("expected: at least 1 byte");
    }
}
