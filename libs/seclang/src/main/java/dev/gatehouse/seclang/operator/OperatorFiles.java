package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.regex.Patterns;
import java.util.List;

/** Supplies the files and data sets that operators' parameters name. */
public interface OperatorFiles {
    /** A file's content. */
    Bytes read(Span path) throws SecLangException;

    /** The lines of a {@code SecDataset}. */
    List<String> dataset(Span name) throws SecLangException;

    /** Where regular expressions are compiled. */
    Patterns patterns();
}
