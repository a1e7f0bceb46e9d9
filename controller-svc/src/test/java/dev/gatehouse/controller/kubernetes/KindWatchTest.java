package dev.gatehouse.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KindWatchTest {
    private static final ServedKind SECRETS = new ServedKind(Kinds.SECRET, "v1", "secrets");

    @AutoClose
    private final FakeApiServer server = new FakeApiServer();

    KindWatchTest() throws IOException {}

    private static final KindWatch.Sink NOBODY = new KindWatch.Sink() {
        @Override
        public void listed(Kind<?> kind, List<Change> changes) {}

        @Override
        public void changed(Change change) {}

        @Override
        public void status(ObjectRef ref, LiveStatus status) {}

        @Override
        public void gone(ObjectRef ref) {}

        @Override
        public void namespace(String name, boolean ending) {}

        @Override
        public void notServed(Kind<?> kind) {}
    };

    private Set<String> reads(int count) throws InterruptedException {
        Set<String> reads = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            reads.add(server.nextRead());
        }
        return reads;
    }

    @Test
    void objectsAreReadInAllNamespacesUnlessSomeAreNamed() throws InterruptedException {
        try (KindWatch watch = new KindWatch(server.client(), SECRETS, List.of(), NOBODY, Set.of())) {
            watch.start();
            assertThat(reads(2)).containsExactly("LIST /api/v1/secrets", "WATCH /api/v1/secrets");
        }
    }

    @Test
    void onlyTheNamedNamespacesAreRead() throws InterruptedException {
        try (KindWatch watch = new KindWatch(server.client(), SECRETS, List.of("own", "shop"), NOBODY, Set.of())) {
            watch.start();
            assertThat(reads(4))
                    .containsExactly(
                            "LIST /api/v1/namespaces/own/secrets",
                            "LIST /api/v1/namespaces/shop/secrets",
                            "WATCH /api/v1/namespaces/own/secrets",
                            "WATCH /api/v1/namespaces/shop/secrets");
        }
    }

    private static String route(int generation, String labels, String status, String path) {
        return """
            {"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{"name":"one","namespace":"shop","generation":%d,\
            "resourceVersion":"%d","labels":{%s}},"spec":{"rules":[{"matches":[{"path":{"value":"%s"}}]}]},"status":{"parents":[%s]}}""".formatted(generation, generation, labels, path, status);
    }

    @Test
    void theWriteOfAStatusIsNoChange() throws InterruptedException {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        KindWatch.Sink sink = new KindWatch.Sink() {
            @Override
            public void listed(Kind<?> kind, List<Change> changes) {}

            @Override
            public void changed(Change change) {
                told.add(change.getClass().getSimpleName());
            }

            @Override
            public void status(ObjectRef ref, LiveStatus status) {
                told.add(status.json());
            }

            @Override
            public void gone(ObjectRef ref) {
                told.add("gone");
            }

            @Override
            public void namespace(String name, boolean ending) {}

            @Override
            public void notServed(Kind<?> kind) {}
        };
        ServedKind routes = new ServedKind(Kinds.HTTP_ROUTE, "v1", "httproutes");
        try (KindWatch watch = new KindWatch(server.client(), routes, List.of(), sink, Set.of())) {
            watch.start();
            reads(2);
            server.tell("ADDED", route(1, "", "", "/a"));
            server.tell("MODIFIED", route(1, "", "{\"n\":1}", "/a"));
            server.tell("MODIFIED", route(2, "", "{\"n\":1}", "/b"));
            server.tell("MODIFIED", route(2, "\"team\":\"x\"", "{\"n\":2}", "/b"));
            server.tell("DELETED", route(2, "\"team\":\"x\"", "{\"n\":2}", "/b"));
            // One of the same name and the same generation is another one.
            server.tell("ADDED", route(1, "", "", "/a"));
            List<String> all = new ArrayList<>();
            for (int i = 0; i < 11; i++) {
                all.add(Objects.requireNonNull(told.poll(20, TimeUnit.SECONDS), () -> "only " + all));
            }
            assertThat(all)
                    .containsExactly(
                            "{}",
                            "Put",
                            "{\"parents\":[{\"n\":1}]}",
                            "{\"parents\":[{\"n\":1}]}",
                            "Put",
                            "{\"parents\":[{\"n\":2}]}",
                            "Put",
                            "gone",
                            "Remove",
                            "{}",
                            "Put");
        }
    }
}
