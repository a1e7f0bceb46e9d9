package dev.gatehouse.standalone.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VersionTest {
    /** In the order of Maven's specification, with versions that real libraries have. */
    private static final List<String> ORDERED = List.of(
            "1-alpha-1",
            "1-alpha-2",
            "1-alpha-10",
            "1-beta1",
            "1-milestone-2",
            "1-rc1",
            "1-SNAPSHOT",
            "1",
            "1-sp",
            "1-jre",
            "1.0.1",
            "1.2",
            "1.10",
            "2.0-rc1",
            "2.0",
            "4.1.129.Final",
            "4.1.130.Final",
            "4.2.0.Alpha1",
            "4.2.0.Final",
            "20230101",
            "99999999999999999999");

    @Test
    void versionsAreInMavensOrder() {
        for (int i = 0; i < ORDERED.size(); i++) {
            for (int j = 0; j < ORDERED.size(); j++) {
                assertThat(Integer.signum(new Version(ORDERED.get(i)).compareTo(new Version(ORDERED.get(j)))))
                        .as(ORDERED.get(i) + " and " + ORDERED.get(j))
                        .isEqualTo(Integer.compare(i, j));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,1.0.0",
        "1.0,1.0.Final",
        "1.0.RELEASE,1",
        "1-a1,1-alpha-1",
        "1-cr2,1-rc2",
        "v1.40.0,1.40",
        "1.0-FINAL,1.0",
        "1.0.0-rc.1,1-rc.1"
    })
    void differentWordsForOneVersionAreEqual(String one, String other) {
        assertThat(new Version(one)).isEqualTo(new Version(other));
        assertThat(new Version(one).hashCode()).isEqualTo(new Version(other).hashCode());
    }
}
