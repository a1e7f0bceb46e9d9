package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code @restpath /users/{id}}: Coraza's; what stands for a name in braces becomes {@code ARGS_PATH:id}. */
final class RestPath {
    private RestPath() {}

    static Operator operator(Span argument) throws SecLangException {
        String template = argument.text();
        StringBuilder pattern = new StringBuilder();
        List<String> names = new ArrayList<>();
        int at = 0;
        for (int open = template.indexOf('{'); open >= 0; open = template.indexOf('{', at)) {
            int close = template.indexOf('}', open);
            if (close <= open + 1) {
                throw argument.error("@restpath " + template + " (expected: names in braces, as in /users/{id})");
            }
            pattern.append(template, at, open).append("([^?/]+)");
            names.add(template.substring(open + 1, close));
            at = close + 1;
        }
        pattern.append(template, at, template.length());
        RegularExpression expression = RegularExpression.compile(argument.replaced(pattern.toString()));
        return (value, context) -> {
            Optional<List<Bytes>> groups = expression.groups(value);
            for (int i = 0;
                    groups.isPresent()
                            && i < Math.min(names.size(), groups.get().size());
                    i++) {
                context.pathArgument(names.get(i), groups.get().get(i));
            }
            return groups.isPresent();
        };
    }
}
