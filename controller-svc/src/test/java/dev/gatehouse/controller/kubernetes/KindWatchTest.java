package dev.gatehouse.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
}
