package dev.gatehouse.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.util.List;

/** Whatever a file holds: it is read to objects and problems, and each problem can be shown. */
class ResourceReaderFuzzTest {
    private static final String HEAD = "apiVersion: gateway.networking.k8s.io/v1\nkind: ";

    @FuzzTest
    void anyTextIsReadToObjectsAndProblems(FuzzedDataProvider data) {
        check(data.consumeRemainingAsString());
    }

    @FuzzTest
    void anyBytesAreReadToObjectsAndProblems(FuzzedDataProvider data) {
        byte[] bytes = data.consumeRemainingAsBytes();
        ResourceReader.Result result = ResourceReader.read("fuzz.yaml", bytes, true, List.of());
        for (Problem problem : result.problems()) {
            assertThat(problem.message()).isNotBlank();
            assertThat(problem.location().line()).isPositive();
            assertThat(problem.location().column()).isPositive();
        }
    }

    @FuzzTest
    void anythingBelowAKnownKindIsReadToAnObjectOrProblems(FuzzedDataProvider data) {
        Kind<?> kind = Kinds.ALL.get(data.consumeInt(0, Kinds.ALL.size() - 1));
        String text = "apiVersion: " + kind.apiVersion() + "\nkind: " + kind.name() + "\nmetadata: {name: a}\n"
                + data.consumeRemainingAsString();
        check(text);
    }

    @FuzzTest
    void aDocumentThatIsNotWellFormedDoesNotHideTheNext(FuzzedDataProvider data) {
        String broken = data.consumeRemainingAsString().replace("\n---", "\n");
        String good = "\n---\n" + HEAD + "GatewayClass\nmetadata: {name: survivor}\nspec: {controllerName: a.b/c}\n";
        ResourceReader.Result result = ResourceReader.read("fuzz.yaml", broken + good);
        assertThat(result.found())
                .anySatisfy(found -> assertThat(found.resource().name()).isEqualTo("survivor"));
    }

    private static void check(String text) {
        ResourceReader.Result result = ResourceReader.read("fuzz.yaml", text);
        long lines = text.lines().count() + 1;
        for (Problem problem : result.problems()) {
            assertThat(problem.message()).isNotBlank();
            assertThat(problem.location().line()).isBetween(1, (int) lines);
            assertThat(problem.location().column()).isPositive();
        }
        for (ResourceReader.Found<?> found : result.found()) {
            assertThat(found.resource().name()).isNotEmpty();
        }
    }
}
