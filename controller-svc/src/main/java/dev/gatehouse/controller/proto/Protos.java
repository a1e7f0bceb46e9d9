package dev.gatehouse.controller.proto;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UnknownFieldSet;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Makes small messages that many resources use. */
public final class Protos {
    /** Refers to the ADS stream that delivered the referring resource. */
    public static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .setResourceApiVersion(ApiVersion.V3)
            .build();

    private static final int MILLION = 1_000_000;

    private Protos() {}

    public static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    public static UInt32Value uint32(int value) {
        return UInt32Value.of(value);
    }

    public static Any any(Message message) {
        return Any.pack(message);
    }

    /** A short hash of {@code message}, for names. */
    public static String digest(Message message) {
        try {
            ByteString.Output bytes = ByteString.newOutput();
            CodedOutputStream output = CodedOutputStream.newInstance(bytes);
            output.useDeterministicSerialization();
            message.writeTo(output);
            output.flush();
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(bytes.toByteString().toByteArray());
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256, and a buffer takes any message", e);
        }
    }

    public static TypedExtensionConfig extension(String name, Message message) {
        return TypedExtensionConfig.newBuilder()
                .setName(name)
                .setTypedConfig(any(message))
                .build();
    }

    public static Address address(String host, int port, SocketAddress.Protocol protocol) {
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder()
                        .setProtocol(protocol)
                        .setAddress(host)
                        .setPortValue(port))
                .build();
    }

    /** {@code numerator} of {@code denominator}, to a millionth. */
    public static FractionalPercent fraction(long numerator, long denominator) {
        return FractionalPercent.newBuilder()
                .setNumerator((int) (numerator * MILLION / denominator))
                .setDenominator(FractionalPercent.DenominatorType.MILLION)
                .build();
    }

    /** A matcher of an RE2 expression. */
    public static RegexMatcher regex(String pattern) {
        return RegexMatcher.newBuilder().setRegex(pattern).build();
    }

    /** One field that Envoy has and the generated classes of its API do not have yet: a message or a text, by its number. */
    public static UnknownFieldSet newer(int number, ByteString value) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        number,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(value)
                                .build())
                .build();
    }

    /** The bytes of a message; equal messages have equal bytes. */
    public static ByteString serialise(Message message) {
        ByteString.Output bytes = ByteString.newOutput(message.getSerializedSize());
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException("cannot write to memory", e);
        }
        return bytes.toByteString();
    }
}
