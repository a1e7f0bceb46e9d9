package dev.gatehouse.seclangtools.ftw;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where a WAF writes a line for each rule that matches. */
public interface MatchLog {
    /** The lines that have come since the last call. */
    List<String> next();

    /** A growing log file, from its present end on. Of a JSON line, as services write them, only the message is used. */
    static MatchLog ofFile(Path file) throws IOException {
        ObjectMapper json = new ObjectMapper();
        long[] position = {Files.exists(file) ? Files.size(file) : 0};
        return () -> {
            try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
                open.seek(position[0]);
                byte[] bytes = new byte[(int) Math.min(open.length() - position[0], Integer.MAX_VALUE - 8)];
                open.readFully(bytes);
                String text = new String(bytes, StandardCharsets.ISO_8859_1);
                int end = text.lastIndexOf('\n') + 1;
                position[0] += end;
                return text.substring(0, end)
                        .lines()
                        .map(line -> message(line, json))
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private static String message(String line, ObjectMapper json) {
        int start = line.indexOf("{\"");
        if (start < 0) {
            return line;
        }
        try {
            return json.readTree(line.substring(start)).path("message").asText(line);
        } catch (JsonProcessingException e) {
            return line;
        }
    }
}
