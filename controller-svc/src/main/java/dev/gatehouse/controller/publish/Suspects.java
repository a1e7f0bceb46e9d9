package dev.gatehouse.controller.publish;

import com.google.protobuf.TextFormat;
import dev.gatehouse.controller.envoy.RouteResources;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Guesses which of several parts a proxy means by its refusal. */
final class Suspects {
    private static final Pattern QUOTED = Pattern.compile("'([^']{2,})'|\"([^\"]{2,})\"|`([^`]{2,})`");

    private Suspects() {}

    /**
     * The likely causes among several suspects: patches first, then those that the message names, then policies;
     * without any of these, half of them.
     */
    static List<Part> likely(Pool pool, List<Part> suspects) {
        List<Part> patches = suspects.stream().filter(Part::isPatch).toList();
        if (!patches.isEmpty()) {
            return patches.size() < suspects.size() ? patches : half(patches);
        }
        List<Part> policies =
                suspects.stream().filter(part -> part.ofPolicy().isPresent()).toList();
        if (!policies.isEmpty()) {
            List<Part> named =
                    policies.stream().filter(part -> isNamed(pool, part)).toList();
            List<Part> likely = named.isEmpty() ? policies : named;
            return likely.size() < suspects.size() ? likely : half(likely);
        }
        List<String> words = words(pool.message);
        Map<ResourceId, Collection<Route>> routes = new HashMap<>();
        List<Part> quoted = suspects.stream()
                .filter(part -> part.ofRoute()
                        .map(each -> mentions(
                                routes.computeIfAbsent(part.resource(), id -> routes(pool.of(id).wanted)),
                                each.owner(),
                                words))
                        .orElse(pool.message.contains(part.resource().name())))
                .toList();
        return quoted.isEmpty() || quoted.size() > suspects.size() / 2 ? half(suspects) : quoted;
    }

    private static List<Part> half(List<Part> suspects) {
        return List.copyOf(suspects.subList(suspects.size() / 2, suspects.size()));
    }

    /** The policies' contributions to a resource that the message names and that are not held back. */
    static List<Part> named(Pool pool, ResourceId id) {
        return pool.of(id).parts.keySet().stream()
                .filter(part -> !pool.isHeld(part) && isNamed(pool, part))
                .toList();
    }

    /** The policies' contributions that are held back and whose replacements the message names. */
    static List<Part> namedReplacements(Pool pool, ResourceId id) {
        return pool.of(id).wanted.heldBack().stream()
                .map(each -> new Part(id, Optional.of(each)))
                .filter(part -> pool.isHeld(part) && isNamed(pool, part))
                .toList();
    }

    private static boolean isNamed(Pool pool, Part part) {
        return part
                .ofPolicy()
                .map(each -> pool.of(part.resource()).wanted.clues().names().getOrDefault(each, Set.of()))
                .orElse(Set.of())
                .stream()
                .anyMatch(name -> Pattern.compile("(?<![\\w.-])" + Pattern.quote(name) + "(?![\\w-])")
                        .matcher(pool.message)
                        .find());
    }

    private static Collection<Route> routes(Output output) {
        return switch (output.message()) {
            case RouteConfiguration table ->
                table.getVirtualHostsList().stream()
                        .map(VirtualHost::getRoutesList)
                        .flatMap(Collection::stream)
                        .toList();
            case VirtualHost host -> host.getRoutesList();
            default -> List.of();
        };
    }

    private static boolean mentions(Collection<Route> routes, ObjectRef owner, List<String> words) {
        return routes.stream()
                .filter(route -> RouteResources.isOf(route.getName(), owner))
                .map(route -> TextFormat.printer().escapingNonAscii(false).printToString(route))
                .anyMatch(text -> words.stream().anyMatch(text::contains));
    }

    /** The quotations in a message: texts in quotes, and the text after the last colon. */
    private static List<String> words(String message) {
        List<String> words = new ArrayList<>();
        Matcher matcher = QUOTED.matcher(message);
        while (matcher.find()) {
            for (int group = 1; group <= matcher.groupCount(); group++) {
                Optional.ofNullable(matcher.group(group)).ifPresent(words::add);
            }
        }
        String last = message.substring(message.lastIndexOf(": ") + 1).strip();
        if (last.length() > 1) {
            words.add(last);
        }
        return words;
    }
}
