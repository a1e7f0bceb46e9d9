package dev.gatehouse.seclangtools.ftw;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A test: the schema of go-ftw 2.
 *
 * @param id {@code ruleId-testId}
 */
public record FtwTest(String id, String description, List<Stage> stages) {
    public FtwTest {
        stages = List.copyOf(stages);
    }

    /** A request with its expected result. */
    public record Stage(Input input, Output output) {}

    /** A header, as it is to be written. */
    public record Header(String name, String value) {}

    /** The response that the backend must give, in the form of albedo's {@code /reflect}. */
    public record Reply(int status, List<Header> headers, byte[] body) {
        public Reply {
            headers = List.copyOf(headers);
        }
    }

    /**
     * A request.
     *
     * @param data with templates as Go has them
     * @param encodedData in Base64
     * @param encodedRequest all of it, in Base64, instead of the others
     * @param autocomplete whether Connection, Content-Length and Content-Type are added
     * @param followRedirect whether it goes where the stage before was sent
     * @param saveCookie whether cookies of the response are sent by the next stage
     * @param reply what the backend answers, whatever the request is
     */
    public record Input(
            String destination,
            int port,
            String scheme,
            String method,
            String uri,
            String version,
            List<Header> headers,
            Optional<String> data,
            Optional<String> encodedData,
            Optional<String> encodedRequest,
            boolean autocomplete,
            boolean followRedirect,
            boolean saveCookie,
            Optional<Reply> reply) {
        public Input {
            headers = List.copyOf(headers);
        }
    }

    /**
     * The expected result.
     *
     * @param responseContains a regular expression
     * @param isolated whether exactly one rule may write to the log
     */
    public record Output(
            OptionalInt status,
            Optional<String> responseContains,
            List<Long> expectIds,
            List<Long> noExpectIds,
            List<String> matchRegex,
            List<String> noMatchRegex,
            Optional<Boolean> expectError,
            boolean retryOnce,
            boolean isolated) {
        public Output {
            expectIds = List.copyOf(expectIds);
            noExpectIds = List.copyOf(noExpectIds);
            matchRegex = List.copyOf(matchRegex);
            noMatchRegex = List.copyOf(noMatchRegex);
        }
    }
}
