package dev.gatehouse.standalone.signon;

import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Similarity;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import dev.gatehouse.standalone.imports.Amounts;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import dev.gatehouse.standalone.signon.OAuth2ProxyOptions.Form;
import dev.gatehouse.standalone.signon.OAuth2ProxyOptions.Option;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files that configure oauth2-proxy: its configuration file, its alpha configuration, manifests with flags and environment variables
 * (also ConfigMaps that hold such files), and files of environment variables. As in oauth2-proxy, flags win over variables and these over files.
 */
final class OAuth2ProxyFiles {
    private static final String PREFIX = "OAUTH2_PROXY_";
    private static final Pattern VARIABLE = Pattern.compile("(?m)^\\s*(export\\s+)?" + PREFIX);
    private static final Pattern SETTING = Pattern.compile("(?m)^\\s*[a-z_\"][A-Za-z0-9_.\"-]*\\s*=");
    private static final List<String> POD_PARTS = List.of("containers", "initContainers");

    private final Report report;
    private final Map<String, Setting> flags = new LinkedHashMap<>();
    private final Map<String, Setting> variables = new LinkedHashMap<>();
    private final Map<String, Setting> file = new LinkedHashMap<>();
    private final List<Node.Mapping> alpha = new ArrayList<>();
    private int found;

    OAuth2ProxyFiles(Report report) {
        this.report = report;
    }

    void read(String name, String text) {
        read(new Location(name, 1, 1), text);
    }

    private void read(Location begin, String text) {
        int before = found;
        if (VARIABLE.matcher(text).find() && !text.contains("kind:")) {
            AssignmentText.readEnvironment(begin, text, report).forEach(this::variable);
        } else if (SETTING.matcher(text).find() && !isYaml(text)) {
            AssignmentText.read(begin, text, report)
                    .forEach(setting -> take(
                            setting,
                            OAuth2ProxyOptions::byFile,
                            file,
                            OAuth2ProxyOptions.fileNames().stream().toList()));
        } else {
            YamlDocuments documents = YamlDocuments.read(begin.file(), "\n".repeat(begin.line() - 1) + text);
            documents.problems().stream()
                    .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                    .forEach(problem -> report.wrong(problem.location(), "YAML", problem.message()));
            documents.documents().forEach(this::document);
        }
        if (found == before && !report.hasErrors()) {
            report.wrong(
                    begin,
                    "this file",
                    "nothing of oauth2-proxy is in it (expected: its configuration file or alpha configuration, a manifest with its"
                            + " arguments or variables, or a file of variables OAUTH2_PROXY_…)");
        }
    }

    private static boolean isYaml(String text) {
        return Pattern.compile("(?m)^(kind|providers|upstreamConfig|apiVersion):")
                .matcher(text)
                .find();
    }

    private void document(Node.Mapping document) {
        if (document.get("kind").isEmpty()) {
            found++;
            alpha.add(document);
            return;
        }
        if (document.get("items").orElse(null) instanceof Node.Sequence items) {
            items.items().forEach(item -> {
                if (item instanceof Node.Mapping mapping) {
                    document(mapping);
                }
            });
        }
        if (document.get("data").orElse(null) instanceof Node.Mapping data
                && text(document, "kind").equals("ConfigMap")) {
            data.fields().forEach((key, field) -> {
                if (field.value() instanceof Node.Scalar scalar && key.matches(".*\\.(cfg|toml|conf|ya?ml|env)")) {
                    Location first = scalar.at(1, 1);
                    read(new Location(first.file(), first.line(), 1), scalar.text());
                } else if (field.value() instanceof Node.Scalar scalar && key.startsWith(PREFIX)) {
                    variable(new Setting(key, field.location(), List.of(scalar.text())));
                }
            });
        }
        pod(document);
    }

    /** Finds containers wherever a manifest has them: a Pod, a Deployment, a CronJob's template. */
    private void pod(Node node) {
        switch (node) {
            case Node.Mapping mapping ->
                mapping.fields().forEach((name, field) -> {
                    if (POD_PARTS.contains(name) && field.value() instanceof Node.Sequence containers) {
                        containers.items().forEach(this::container);
                    } else {
                        pod(field.value());
                    }
                });
            case Node.Sequence sequence -> sequence.items().forEach(this::pod);
            case Node.Scalar _ -> {}
        }
    }

    private void container(Node node) {
        if (!(node instanceof Node.Mapping container) || !isOAuth2Proxy(container)) {
            return;
        }
        List<Node.Scalar> words = new ArrayList<>();
        for (String part : List.of("command", "args")) {
            if (container.get(part).orElse(null) instanceof Node.Sequence list) {
                list.items().forEach(item -> {
                    if (item instanceof Node.Scalar scalar) {
                        words.add(scalar);
                    }
                });
            }
        }
        flags(words);
        if (container.get("env").orElse(null) instanceof Node.Sequence list) {
            list.items().forEach(item -> {
                if (item instanceof Node.Mapping entry && text(entry, "name").startsWith(PREFIX)) {
                    environment(entry);
                }
            });
        }
    }

    private static boolean isOAuth2Proxy(Node.Mapping container) {
        boolean byArgument =
                container.get("args").or(() -> container.get("command")).orElse(null) instanceof Node.Sequence list
                        && list.items().stream()
                                .anyMatch(item -> item instanceof Node.Scalar scalar
                                        && scalar.text().matches("--?[a-z0-9-]+(=.*)?")
                                        && OAuth2ProxyOptions.byFlag(scalar.text()
                                                        .replaceFirst("^--?", "")
                                                        .split("=", 2)[0])
                                                .isPresent());
        boolean byVariable = container.get("env").orElse(null) instanceof Node.Sequence list
                && list.items().stream()
                        .anyMatch(item -> item instanceof Node.Mapping entry
                                && text(entry, "name").startsWith(PREFIX));
        return text(container, "image").contains("oauth2-proxy") || byArgument || byVariable;
    }

    private void flags(List<Node.Scalar> words) {
        for (int i = 0; i < words.size(); i++) {
            Node.Scalar word = words.get(i);
            if (!word.text().startsWith("-")) {
                continue;
            }
            String[] parts = word.text().replaceFirst("^--?", "").split("=", 2);
            String value;
            Optional<Option> option = OAuth2ProxyOptions.byFlag(parts[0]);
            if (parts.length > 1) {
                value = parts[1];
            } else if (option.filter(each -> each.form() != Form.SWITCH).isPresent() && i + 1 < words.size()) {
                value = words.get(++i).text();
            } else {
                value = "true";
            }
            take(
                    new Setting("--" + parts[0], word.location(), List.of(value)),
                    name -> OAuth2ProxyOptions.byFlag(name.substring(2)),
                    flags,
                    OAuth2ProxyOptions.all().stream()
                            .map(each -> "--" + each.flag())
                            .toList());
        }
    }

    private void environment(Node.Mapping entry) {
        String name = text(entry, "name");
        Location location = entry.location();
        Optional<Node> key = entry.find("valueFrom.secretKeyRef");
        if (key.orElse(null) instanceof Node.Mapping reference) {
            variable(new Setting(
                    name,
                    location,
                    List.of(),
                    Optional.of(new Setting.SecretKey(text(reference, "name"), text(reference, "key")))));
        } else if (entry.get("value").isPresent()) {
            variable(new Setting(name, location, List.of(text(entry, "value"))));
        } else {
            report.wrong(location, name, "has no value here (expected: value, or valueFrom.secretKeyRef)");
        }
    }

    private void variable(Setting setting) {
        if (setting.name().startsWith(PREFIX)) {
            take(setting, name -> OAuth2ProxyOptions.byVariable(name.substring(PREFIX.length())), variables, List.of());
        }
    }

    private void take(
            Setting setting,
            Function<String, Optional<Option>> options,
            Map<String, Setting> into,
            List<String> names) {
        found++;
        Optional<Option> option = options.apply(setting.name());
        if (option.isEmpty()) {
            report.wrong(
                    setting,
                    "is no option of oauth2-proxy"
                            + Similarity.closest(setting.name(), names)
                                    .map(closest -> "; did you mean \"" + closest + "\"?")
                                    .orElse(" that is known here"));
            return;
        }
        checked(option.get(), setting)
                .ifPresent(good -> into.merge(
                        option.get().flag(),
                        good,
                        (former, next) -> option.get().form() == Form.LIST
                                ? new Setting(
                                        next.name(),
                                        former.location(),
                                        Stream.concat(former.values().stream(), next.values().stream())
                                                .toList())
                                : next));
    }

    /** Values of lists are also separated by commas; regular expressions may have commas of their own. */
    private Optional<Setting> checked(Option option, Setting setting) {
        if (setting.reference().isPresent()) {
            return Optional.of(setting);
        }
        switch (option.form()) {
            case LIST -> {
                boolean expressions = option.flag().matches("skip-auth-(regex|route)|api-route");
                List<String> values = setting.values().stream()
                        .flatMap(value -> expressions ? Stream.of(value) : Arrays.stream(value.split(",")))
                        .map(String::strip)
                        .filter(value -> !value.isEmpty())
                        .toList();
                return Optional.of(new Setting(setting.name(), setting.location(), values));
            }
            case SWITCH -> {
                if (!setting.value().matches("true|false|1|0|t|f|T|F|TRUE|FALSE|True|False")) {
                    return wrong(setting, "true or false");
                }
                String value = setting.value().matches("1|[tT].*") ? "true" : "false";
                return Optional.of(new Setting(setting.name(), setting.location(), List.of(value)));
            }
            case DURATION -> {
                return Amounts.go(setting.value()).isPresent()
                        ? Optional.of(setting)
                        : wrong(setting, "a duration, 168h or 90s for example");
            }
            case NUMBER -> {
                return setting.value().matches("-?[0-9]{1,18}") ? Optional.of(setting) : wrong(setting, "a number");
            }
            case TEXT -> {
                return Optional.of(setting);
            }
        }
        throw new IllegalStateException("every form is above: " + option.form());
    }

    private Optional<Setting> wrong(Setting setting, String expected) {
        report.wrong(setting, "\"" + setting.value() + "\" is not valid (expected: " + expected + ")");
        return Optional.empty();
    }

    static String text(Node.Mapping mapping, String name) {
        return mapping.get(name).orElse(null) instanceof Node.Scalar scalar ? scalar.text() : "";
    }

    /** All that is set, by the names of flags. */
    Map<String, Setting> settings() {
        Map<String, Setting> settings = new HashMap<>(file);
        settings.putAll(variables);
        settings.putAll(flags);
        new AlphaConfiguration(report).read(alpha, settings);
        return settings;
    }

    /** The headers that the alpha configuration has sent to backends; empty: it says nothing of them. */
    Optional<List<AlphaConfiguration.Header>> headers() {
        return alpha.isEmpty() ? Optional.empty() : Optional.of(AlphaConfiguration.headers(alpha, report));
    }

    /** The upstreams of the alpha configuration. */
    List<Upstream> upstreams() {
        return AlphaConfiguration.upstreams(alpha, report);
    }
}
