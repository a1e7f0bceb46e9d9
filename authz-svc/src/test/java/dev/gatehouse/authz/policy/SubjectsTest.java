package dev.gatehouse.authz.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SubjectsTest {
    private static Subjects subjects(Subjects.Form form, int key) {
        return new Subjects(form, () -> new byte[] {(byte) key});
    }

    @Test
    void aSubjectIsWrittenAsItIsOrAsAHashOrNotAtAll() {
        assertThat(subjects(Subjects.Form.PLAIN, 1).written("ann")).contains("ann");
        assertThat(subjects(Subjects.Form.HASHED, 1).written("ann").orElse("")).matches("hmac:[A-Za-z0-9_-]{22}");
        assertThat(subjects(Subjects.Form.NONE, 1).written("ann")).isEmpty();
        assertThat(subjects(Subjects.Form.PLAIN, 1).written("")).isEmpty();
        assertThat(subjects(Subjects.Form.HASHED, 1).written("")).isEmpty();
    }

    @Test
    void theHashIsTheSameForOneSubjectAndKeyAndNoOther() {
        Optional<String> hash = subjects(Subjects.Form.HASHED, 1).written("ann");
        assertThat(subjects(Subjects.Form.HASHED, 1).written("ann")).isEqualTo(hash);
        assertThat(subjects(Subjects.Form.HASHED, 2).written("ann")).isNotEqualTo(hash);
        assertThat(subjects(Subjects.Form.HASHED, 1).written("Ann")).isNotEqualTo(hash);
    }

    /** CVE-2023-35941: parts that are joined without their lengths. */
    @Test
    void digestsOfOtherPartsOrForAnotherPurposeAreOthers() {
        Subjects subjects = subjects(Subjects.Form.HASHED, 1);
        assertThat(subjects.digest("session", "ab", "c")).isNotEqualTo(subjects.digest("session", "a", "bc"));
        assertThat(subjects.digest("session", "a")).isNotEqualTo(subjects.digest("subject", "a"));
        assertThat(subjects.digest("session", "a", "")).isNotEqualTo(subjects.digest("session", "a"));
    }

    @Test
    void nothingOfTheKeyIsInItsText() {
        assertThat(subjects(Subjects.Form.HASHED, 1).toString()).isEqualTo("Subjects[HASHED]");
    }
}
