package dev.gatehouse.ratelimit.http;

import dev.gatehouse.grpcserver.admin.AdminPages;
import dev.gatehouse.ratelimit.descriptor.Entry;
import dev.gatehouse.ratelimit.top.MostLimited;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * {@code /gatehouse/quota/top?most=NUMBER}: the descriptors that limits refused most. A value that may be a credential (longer than {@value
 * #SHOWN} characters, and no address) is told by its beginning and a hash. Thread-safe.
 */
@Singleton
final class TopPage {
    private static final int USUAL = 50;
    private static final int SHOWN = 20;
    private static final int BEGINNING = 4;
    private static final int HASH_BYTES = 4;

    private final MostLimited limited;

    TopPage(MostLimited limited) {
        this.limited = limited;
    }

    void register(@Observes Router router) {
        AdminPages.get(
                router,
                "/gatehouse/quota/top",
                context -> page(Optional.ofNullable(context.queryParams().get("most"))
                                .map(TopPage::number)
                                .orElse(USUAL))
                        .encode());
    }

    private static int number(String text) {
        try {
            return Math.clamp(Long.parseLong(text), 1, Integer.MAX_VALUE);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("most: \"" + text + "\" (expected: a number)", e);
        }
    }

    JsonObject page(int most) {
        MostLimited.Report report = limited.report(most);
        JsonArray all = new JsonArray();
        for (MostLimited.Count count : report.counts()) {
            JsonArray descriptor = new JsonArray();
            for (Entry entry : count.limited().descriptor()) {
                // Entries that the configuration names have the key as value.
                String value = entry.value().equals(entry.key()) ? "" : shown(entry.value());
                descriptor.add(new JsonObject().put("key", entry.key()).put("value", value));
            }
            all.add(new JsonObject()
                    .put("domain", count.limited().domain())
                    .put("descriptor", descriptor)
                    .put("limit", count.limited().limit())
                    .put("shadow", count.limited().shadow())
                    .put("requests", count.requests()));
        }
        return new JsonObject()
                .put("since", report.since().toString())
                .put("forgotten", report.forgotten())
                .put("limited", all);
    }

    static String shown(String value) {
        if (value.length() <= SHOWN || isAddress(value)) {
            return value;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
            return value.substring(0, BEGINNING) + "… (SHA-256 "
                    + HexFormat.of().formatHex(hash, 0, HASH_BYTES) + "…)";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-256", e);
        }
    }

    /** True for an IP address or an address range. */
    private static boolean isAddress(String value) {
        int slash = value.indexOf('/');
        try {
            InetAddress.ofLiteral(slash < 0 ? value : value.substring(0, slash));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
