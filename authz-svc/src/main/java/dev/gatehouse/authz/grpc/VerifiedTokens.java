package dev.gatehouse.authz.grpc;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.authz.token.Claims;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the claims of the tokens that Envoy's filter jwt_authn has verified, by the names of the providers. */
final class VerifiedTokens {
    private VerifiedTokens() {}

    static Claims claims(Struct metadata) {
        return metadata.getFieldsCount() == 0 ? Claims.NONE : new Claims(json(metadata));
    }

    private static Map<String, @Nullable Object> json(Struct struct) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        struct.getFieldsMap().forEach((name, value) -> values.put(name, json(value)));
        return values;
    }

    private static @Nullable Object json(Value value) {
        return switch (value.getKindCase()) {
            case BOOL_VALUE -> value.getBoolValue();
            case NUMBER_VALUE -> value.getNumberValue();
            case STRING_VALUE -> value.getStringValue();
            case STRUCT_VALUE -> json(value.getStructValue());
            case LIST_VALUE -> {
                List<@Nullable Object> list = new ArrayList<>();
                value.getListValue().getValuesList().forEach(each -> list.add(json(each)));
                yield list;
            }
            case NULL_VALUE, KIND_NOT_SET -> null;
        };
    }
}
