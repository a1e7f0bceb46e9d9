package dev.gatehouse.seclang.audit;

import dev.gatehouse.seclang.bytes.Bytes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The audit record of a transaction. Values that rules hide ({@code sanitiseArg}) are already replaced by asterisks.
 *
 * @param parts the parts to write
 * @param status the status of the response, or of the interruption
 * @param messages the messages of all matched rules that are audited
 * @param matched the messages of all matched rules, for part K
 * @param leftOut the numbers of items that the log limits left out
 */
public record AuditRecord(
        Instant time,
        String uniqueId,
        Set<AuditPart> parts,
        Peer client,
        Peer server,
        String serverName,
        Request request,
        Response response,
        int status,
        Optional<Verdict> verdict,
        Engine engine,
        List<Message> messages,
        List<Message> matched,
        LeftOut leftOut) {
    /** An address and a port; 0: not known. */
    public record Peer(String address, int port) {}

    /** A header. */
    public record Header(Bytes name, Bytes value) {}

    /** An uploaded file. */
    public record File(Bytes field, Bytes name, long size) {}

    /**
     * The request.
     *
     * @param body the body; a multipart body is without files
     */
    public record Request(
            Bytes method, Bytes uri, Bytes protocol, List<Header> headers, Bytes body, long length, List<File> files) {
        public Request {
            headers = List.copyOf(headers);
            files = List.copyOf(files);
        }
    }

    /** The response. */
    public record Response(String protocol, List<Header> headers, Bytes body) {
        public Response {
            headers = List.copyOf(headers);
        }
    }

    /**
     * What {@link LogLimits} have no room for.
     *
     * @param messages the number of matched rules, of {@link #messages} or, with part K, of {@link #matched}
     * @param valueBytes the number of bytes of messages and matched values
     */
    public record LeftOut(
            int messages, int headers, int files, long valueBytes, long requestBodyBytes, long responseBodyBytes) {
        /** Whether all is there. */
        public boolean isNothing() {
            return messages + headers + files + valueBytes + requestBodyBytes + responseBodyBytes == 0;
        }
    }

    /** The rule that ended the transaction: 0 is a limit. */
    public record Verdict(String action, long ruleId, int phase) {}

    /**
     * Who looked.
     *
     * @param mode the mode, by {@code SecRuleEngine}'s names
     * @param components the values of {@code SecComponentSignature}
     */
    public record Engine(String mode, List<String> components, String server, String sensor, String application) {
        public Engine {
            components = List.copyOf(components);
        }
    }

    /**
     * The message of a rule.
     *
     * @param severity 0 to 7; 8: not specified
     * @param line the line in the error log
     * @param match the first matching value; empty for {@code SecAction}
     */
    public record Message(
            long id,
            int phase,
            String file,
            int lineNumber,
            String revision,
            String version,
            String message,
            String data,
            int severity,
            String severityName,
            int maturity,
            int accuracy,
            List<String> tags,
            String operator,
            String variable,
            String match,
            String line) {
        public Message {
            tags = List.copyOf(tags);
        }
    }

    public AuditRecord {
        parts = Set.copyOf(parts);
        messages = List.copyOf(messages);
        matched = List.copyOf(matched);
    }
}
