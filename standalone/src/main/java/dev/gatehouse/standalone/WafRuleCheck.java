package dev.gatehouse.standalone;

import dev.gatehouse.api.waf.v1.WafPolicy;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.parse.Diagnostic;
import dev.gatehouse.waf.crs.InstalledRuleSets;
import dev.gatehouse.waf.policy.PolicyText;
import dev.gatehouse.waf.policy.RuleCompiler;
import dev.gatehouse.waf.policy.RuleText;
import dev.gatehouse.waf.xds.PolicySubscriber;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compiles the rules of WAFPolicies as waf-svc does, and tells what is wrong with them by their places in the files: what waf-svc would
 * refuse is told before it is asked.
 */
final class WafRuleCheck {
    /** How the controller names what a ConfigMap, or one of several merged policies, says. */
    private static final Pattern OWNED = Pattern.compile("(configmap|wafpolicy)/([^/]+)/([^/]+)/(.*)");

    private final Map<ObjectRef, Found<?>> objects;
    private final List<Problem> problems = new ArrayList<>();

    private WafRuleCheck(Map<ObjectRef, Found<?>> objects) {
        this.objects = objects;
    }

    /**
     * What is wrong, and what has no effect.
     *
     * @param crs versions of the Core Rule Set besides the bundled one
     */
    static List<Problem> of(OfflineTranslation translation, InstalledRuleSets crs) {
        WafRuleCheck check = new WafRuleCheck(translation.objects());
        RuleCompiler compiler = new RuleCompiler(crs);
        translation.translator().resources().forEach((id, output) -> {
            if (output.message() instanceof WafPolicy policy) {
                output.owners().stream().findFirst().ifPresent(owner -> check.compile(policy, owner, compiler));
            }
        });
        return List.copyOf(check.problems);
    }

    /** @param owner whose rules they are; of merged policies the most specific */
    private void compile(WafPolicy policy, ObjectRef owner, RuleCompiler compiler) {
        PolicyText text = PolicySubscriber.text(policy);
        Set<RuleText> texts = new LinkedHashSet<>(List.of(text.rules().text()));
        text.hosts().forEach(host -> texts.add(host.rules().text()));
        for (RuleText each : texts) {
            switch (compiler.compile(each)) {
                case Compilation.Rejected rejected ->
                    rejected.errors().forEach(error -> add(Problem.Severity.ERROR, owner, error));
                case Compilation.Compiled compiled ->
                    compiled.warnings().forEach(warning -> add(Problem.Severity.WARNING, owner, warning));
            }
        }
    }

    private void add(Problem.Severity severity, ObjectRef owner, Diagnostic diagnostic) {
        String source = diagnostic.position().source();
        Matcher owned = OWNED.matcher(source);
        if (owned.matches()) {
            ObjectKey key = new ObjectKey(owned.group(2), owned.group(3));
            boolean map = owned.group(1).equals("configmap");
            add(
                    severity,
                    ObjectRef.of(map ? Kinds.CONFIG_MAP : Kinds.WAF_POLICY, key),
                    (map ? "data." : "spec.") + owned.group(4),
                    diagnostic);
        } else {
            boolean map = owner.kind().equals(Kinds.CONFIG_MAP.name());
            add(severity, owner, (map ? "data." : "spec.") + source, diagnostic);
        }
    }

    private void add(Problem.Severity severity, ObjectRef ref, String path, Diagnostic diagnostic) {
        Optional<Found<?>> found = Optional.ofNullable(objects.get(ref));
        if (found.isEmpty()) {
            return;
        }
        Node.Mapping document = found.get().document();
        Optional<Node> node = document.find(path);
        if (node.isEmpty()) {
            // A file that the rules include, such as the Core Rule Set's, whose warnings are not the user's.
            if (severity == Problem.Severity.ERROR) {
                problems.add(new Problem(
                        severity, document.locate("spec"), ref.toString(), "spec", diagnostic.toString()));
            }
            return;
        }
        int line = diagnostic.position().line();
        int column = diagnostic.position().column();
        String place = "line " + line + ", column " + column + ": ";
        problems.add(
                switch (node.get()) {
                    case Node.Scalar scalar ->
                        new Problem(
                                severity,
                                scalar.at(line, column),
                                ref.toString(),
                                path,
                                // Where the text's lines are not the file's, the place in the text is told too.
                                (scalar.first().isPresent() ? "" : place) + diagnostic.message());
                    case Node.Sequence _, Node.Mapping _ ->
                        new Problem(severity, document.locate(path), ref.toString(), path, diagnostic.message());
                });
    }
}
