package dev.gatehouse.seclang.audit;

import dev.gatehouse.seclang.bytes.Bytes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the audit log says of a transaction. Values that rules hide ({@code sanitiseArg}) are asterisks already.
 *
 * @param parts that are to be written
 * @param status of the response, or of the interruption
 * @param messages of all rules that matched and are audited
 * @param matched of every rule that matched, for part K
 * @param leftOut what the transaction had besides
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
     * What was asked.
     *
     * @param body without files, where the body is multipart
     */
    public record Request(
            Bytes method, Bytes uri, Bytes protocol, List<Header> headers, Bytes body, long length, List<File> files) {
        public Request {
            headers = List.copyOf(headers);
            files = List.copyOf(files);
        }
    }

    /** What was answered. */
    public record Response(String protocol, List<Header> headers, Bytes body) {
        public Response {
            headers = List.copyOf(headers);
        }
    }

    /**
     * What {@link LogLimits} have no room for.
     *
     * @param messages matched rules, of {@link #messages} or, with part K, of {@link #matched}
     * @param valueBytes of messages and matched values
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
     * @param mode as {@code SecRuleEngine} has it
     * @param components of {@code SecComponentSignature}
     */
    public record Engine(String mode, List<String> components, String server, String sensor, String application) {
        public Engine {
            components = List.copyOf(components);
        }
    }

    /**
     * What a rule said.
     *
     * @param severity 0 to 7; 8: it says none
     * @param line of the error log
     * @param match the first value that it matched; empty for {@code SecAction}
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
