package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Where {@code Include} and operators as {@code @pmFromFile} find files. Whoever compiles rules decides what they may read.
 */
public interface RuleFiles {
    /**
     * The files that an {@code Include} means, in order; none if nothing has the name, or fits the pattern.
     *
     * @param path a name or a pattern with {@code *} and {@code ?}
     * @param from the name of the source that includes, which relative paths are relative to
     */
    List<Source> include(String path, String from) throws IOException;

    /**
     * A file of data.
     *
     * @param from the name of the source that refers to it
     */
    Optional<Bytes> data(String path, String from) throws IOException;

    /** No file can be read. */
    static RuleFiles none() {
        return new RuleFiles() {
            @Override
            public List<Source> include(String path, String from) {
                return List.of();
            }

            @Override
            public Optional<Bytes> data(String path, String from) {
                return Optional.empty();
            }
        };
    }

    /** What this has not is looked for in the other. */
    default RuleFiles or(RuleFiles other) {
        RuleFiles first = this;
        return new RuleFiles() {
            @Override
            public List<Source> include(String path, String from) throws IOException {
                List<Source> found = first.include(path, from);
                return found.isEmpty() ? other.include(path, from) : found;
            }

            @Override
            public Optional<Bytes> data(String path, String from) throws IOException {
                Optional<Bytes> found = first.data(path, from);
                return found.isPresent() ? found : other.data(path, from);
            }
        };
    }
}
