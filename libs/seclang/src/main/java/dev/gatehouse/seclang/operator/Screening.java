package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.regex.RegexSet;
import java.util.ArrayList;
import java.util.List;

/** An operator that many of can be asked together whether they may match a value, in less time than one after the other. */
public interface Screening extends Operator {
    /** What a value must have that this may match. */
    RegexSet.Candidate candidate();

    /** In the order of the operators. */
    static RegexSet together(List<Screening> operators) {
        List<RegexSet.Candidate> candidates = new ArrayList<>();
        for (Screening operator : operators) {
            candidates.add(operator.candidate());
        }
        return RegexSet.of(candidates, RegularExpression.MEMORY);
    }
}
