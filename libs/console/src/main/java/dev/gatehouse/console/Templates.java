package dev.gatehouse.console;

import dev.gatehouse.console.model.Shown;
import io.quarkus.qute.Engine;
import io.quarkus.qute.EvalContext;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.TemplateLocator.TemplateLocation;
import io.quarkus.qute.ValueResolver;
import io.quarkus.qute.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The templates of pages: each is parsed when it is first used, so that a start does not pay for pages that nobody opens. Every value is
 * escaped for HTML; a value that is not there is an error. Thread-safe.
 */
final class Templates {
    private static final Variant HTML = Variant.forContentType(Variant.TEXT_HTML);

    private final Engine engine = Engine.builder()
            .addDefaults()
            .addValueResolver(new Components())
            .addValueResolver(new Tones())
            .addResultMapper(new HtmlEscaper(List.of(Variant.TEXT_HTML)))
            .addLocator(Templates::locate)
            .removeStandaloneLines(true)
            .strictRendering(true)
            .build();

    /** The page of the template {@code name} with {@code values}. */
    String render(String name, Map<String, Object> values) {
        return engine.getTemplate(name).render(values);
    }

    /** A file beside the templates. */
    static byte[] file(String name) {
        try (InputStream in = Templates.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the console's jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read", e);
        }
    }

    private static Optional<TemplateLocation> locate(String name) {
        String file = name + ".html";
        return Templates.class.getResource(file) == null
                ? Optional.empty()
                : Optional.of(new TemplateLocation() {
                    @Override
                    public Reader read() {
                        InputStream in = Templates.class.getResourceAsStream(file);
                        if (in == null) {
                            throw new IllegalStateException(file + " is gone");
                        }
                        return new InputStreamReader(in, StandardCharsets.UTF_8);
                    }

                    @Override
                    public Optional<Variant> getVariant() {
                        return Optional.of(HTML);
                    }
                });
    }

    /** Components of records that are shown. */
    private static final class Components implements ValueResolver {
        @Override
        public boolean appliesTo(EvalContext context) {
            return context.getBase() instanceof Shown && context.getParams().isEmpty();
        }

        @Override
        public CompletionStage<Object> resolve(EvalContext context) {
            return CompletableFuture.completedFuture(((Shown) context.getBase()).field(context.getName()));
        }
    }

    /** {@code tone.css}: the class of style sheets. */
    private static final class Tones implements ValueResolver {
        @Override
        public boolean appliesTo(EvalContext context) {
            return context.getBase() instanceof Enum<?> && context.getName().equals("css");
        }

        @Override
        public CompletionStage<Object> resolve(EvalContext context) {
            return CompletableFuture.completedFuture(
                    ((Enum<?>) context.getBase()).name().toLowerCase(Locale.ROOT));
        }
    }
}
