package dev.gatehouse.authz.provider;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Sends calls to a provider. Safe for any thread; never blocks the caller. */
public interface ProviderHttp {
    /** Fails with {@link Unreachable} where no whole answer came: no connection, no time left, or more bytes than allowed. */
    CompletionStage<Answer> send(Call call);

    /** Opens the way to a provider. */
    @FunctionalInterface
    interface Factory {
        ProviderHttp open(ConnectionSettings settings);
    }

    /** What is asked for. */
    enum Purpose {
        DISCOVERY,
        KEYS,
        TOKEN,
        PUSHED_REQUEST,
        USER_INFO,
        INTROSPECTION
    }

    /**
     * @param url absolute
     * @param form the body, {@code application/x-www-form-urlencoded}; empty: a GET
     */
    record Call(Purpose purpose, String url, Map<String, String> headers, Optional<String> form) {
        public Call {
            headers = Map.copyOf(headers);
        }

        /** Bodies and headers have secrets in them. */
        @Override
        public String toString() {
            return "Call[" + url + "]";
        }
    }

    record Answer(int status, String contentType, String body) {
        @Override
        public String toString() {
            return "Answer[" + status + ", " + body.length() + " characters]";
        }
    }

    /** The provider cannot be reached, or is not able to answer. */
    final class Unreachable extends Exception {
        private static final long serialVersionUID = 1L;

        public Unreachable(String message) {
            super(message);
        }
    }
}
