package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Finds the files of {@code Include} and of operators such as {@code @pmFromFile}. The caller of the compiler thereby
 * decides which files rules may read.
 */
public interface RuleFiles {
    /**
     * The files of an {@code Include}, in order; an empty list if no file has the name or matches the pattern.
     *
     * @param path a name or a pattern with {@code *} and {@code ?}
     * @param from the name of the including source, the base of relative paths
     */
    List<Source> include(String path, String from) throws IOException;

    /**
     * The content of a data file.
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

    /** Files that this object lacks are looked up in {@code other}. */
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
