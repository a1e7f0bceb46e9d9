package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.regex.RegexSet;
import java.util.List;

/**
 * An operator that many of can be asked together whether they may match a value, in less time than one after the other. Equal ones
 * match the same values.
 */
public interface Screening extends Operator {
    /** What a value must have that this may match. */
    RegexSet.Candidate candidate();

    /** Of operators in their order. Those that have been asked for the same share it. */
    static RegexSet together(List<Screening> operators) {
        return SharedSets.of(operators);
    }
}
