package dev.gatehouse.seclang.operator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.SpecVersionDetector;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.regex.RegularExpressionFactory;
import com.networknt.schema.resource.DisallowSchemaLoader;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import java.io.IOException;
import java.util.Optional;

/**
 * {@code @validateSchema file.json}: matches values that are not JSON, or violate the schema. References of a schema
 * are never loaded, its regular expressions are matched in linear time, and the nesting of documents is limited.
 */
final class JsonSchemas {
    private static final int DEEPEST = 200;

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    // Servers differ in which of two duplicate values they use, so a document with duplicates is
                    // invalid.
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** An expression of a schema that is none. */
    private static final class BadPattern extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadPattern(SecLangException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private JsonSchemas() {}

    static Operator operator(Span argument, OperatorFiles files) throws SecLangException {
        Bytes text = files.read(argument);
        JsonSchema schema;
        try {
            JsonNode tree = JSON.readTree(text.toArray());
            check(tree, argument);
            schema = JsonSchemaFactory.getInstance(
                            SpecVersion.VersionFlag.V202012,
                            builder ->
                                    builder.schemaLoaders(loaders -> loaders.add(DisallowSchemaLoader.getInstance())))
                    .getSchema(tree, config(argument));
            schema.initializeValidators();
        } catch (IOException | JsonSchemaException | BadPattern e) {
            throw argument.error("\"" + argument + "\" is no JSON schema: " + e.getMessage());
        }
        return (value, context) -> value.length() > 0 && !isValid(schema, value);
    }

    /** Validates the schema against its draft's own schema, which is part of the library. */
    private static void check(JsonNode tree, Span argument) throws SecLangException {
        SpecVersion.VersionFlag draft =
                SpecVersionDetector.detectOptionalVersion(tree, false).orElse(SpecVersion.VersionFlag.V202012);
        Optional<String> wrong = JsonSchemaFactory.getInstance(draft)
                .getSchema(SchemaLocation.of(draft.getId()), config(argument))
                .validate(tree)
                .stream()
                .map(ValidationMessage::getMessage)
                .findFirst();
        if (wrong.isPresent()) {
            throw argument.error("\"" + argument + "\" is no JSON schema: " + wrong.get());
        }
    }

    private static SchemaValidatorsConfig config(Span argument) {
        RegularExpressionFactory expressions = pattern -> {
            try {
                RegularExpression expression = RegularExpression.compile(argument.replaced(pattern));
                return text -> expression.isFoundIn(Bytes.utf8(text));
            } catch (SecLangException e) {
                throw new BadPattern(e);
            }
        };
        return SchemaValidatorsConfig.builder()
                .regularExpressionFactory(expressions)
                .failFast(true)
                .build();
    }

    private static boolean isValid(JsonSchema schema, Bytes document) {
        try {
            JsonNode tree = document.read(JsonSchemas::readTree);
            return !tree.isMissingNode() && schema.validate(tree, OutputFormat.BOOLEAN);
        } catch (JsonSchemaException e) {
            return false;
        }
    }

    private static JsonNode readTree(byte[] array, int from, int to) {
        try {
            return JSON.readTree(array, from, to - from);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }
}
