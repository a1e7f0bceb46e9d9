package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.regex.RegexSet;
import java.util.List;

/**
 * An operator that many of can be asked together whether they may match a value, in less time than one after the other. Equal ones
 * match the same values.
 */
public interface Screening extends Operator {
    /** The requirement for values that this operator may match. */
    RegexSet.Candidate candidate();

    /** The set of operators, in their order. Equal lists of operators share one set. */
    static RegexSet together(List<Screening> operators) {
        return SharedSets.of(operators);
    }
}
