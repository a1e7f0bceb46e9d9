package dev.gatehouse.controller.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.console.model.ConditionLine;
import dev.gatehouse.console.model.Tone;
import dev.gatehouse.controller.status.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RemediesTest {
    private static final Pattern CONDITION =
            Pattern.compile("type: (?<type>\\w+)\\s+status: \"?(?<status>\\w+)\"?\\s+reason: (?<reason>\\w+)");

    @ParameterizedTest
    @CsvSource({
        "Accepted, True, Accepted, GOOD",
        "Accepted, False, Invalid, BAD",
        "Accepted, True, ListenersNotValid, WARNING",
        "Programmed, False, Pending, WARNING",
        "Programmed, Unknown, Pending, WARNING",
        "Programmed, False, Invalid, BAD",
        "Conflicted, False, NoConflicts, GOOD",
        "Conflicted, True, HostnameConflict, BAD",
        "BackendsAvailable, False, EndpointsNotFound, BAD",
        "Warning, True, PassedOver, WARNING",
        "OverlappingTLSConfig, True, OverlappingCertificates, WARNING",
        "Overridden, True, Overridden, PLAIN",
        "Merged, True, Merged, PLAIN",
        "SomethingOfTomorrow, True, Any, PLAIN"
    })
    void whetherAConditionIsGoodNews(String type, Condition.Status status, String reason, Tone tone) {
        ConditionLine line = Remedies.line(new Condition(type, status, reason, "message", OptionalLong.empty()));
        assertThat(line.tone()).isEqualTo(tone);
        assertThat(line.remedy().isEmpty()).isEqualTo(tone == Tone.GOOD || tone == Tone.PLAIN);
    }

    /** Every condition of the translation's golden statuses: the reasons that users meet. */
    @Test
    void everyReasonThatIsNoGoodNewsHasARemedyOfItsOwn() throws IOException {
        Set<String> without = new TreeSet<>();
        int seen = 0;
        try (Stream<Path> files = Files.walk(Path.of("src/test/resources/golden"))) {
            for (Path file : files.filter(each -> each.endsWith("status.yaml")).toList()) {
                Matcher matcher = CONDITION.matcher(Files.readString(file));
                while (matcher.find()) {
                    seen++;
                    Condition condition = new Condition(
                            matcher.group("type"),
                            Condition.Status.valueOf(matcher.group("status")),
                            matcher.group("reason"),
                            "",
                            OptionalLong.empty());
                    Optional.of(Remedies.line(condition))
                            .filter(line -> line.remedy().startsWith("Read the message")
                                    || line.remedy().startsWith("Correct what the message names.")
                                            && !line.reason().startsWith("Invalid"))
                            .ifPresent(line -> without.add(line.type() + " " + line.status() + " " + line.reason()));
                }
            }
        }
        assertThat(seen).as("conditions in the golden files").isGreaterThan(500);
        assertThat(without).isEmpty();
    }
}
