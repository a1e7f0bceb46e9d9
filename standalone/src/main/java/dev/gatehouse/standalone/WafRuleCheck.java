package dev.gatehouse.standalone;

import dev.gatehouse.api.waf.v1.WafPolicy;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.files.RulePlaces;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
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

/**
 * Compiles the rules of WAFPolicies as waf-svc does, and reports their errors with places in the files, before waf-svc
 * would refuse them.
 */
final class WafRuleCheck {
    private final Map<ObjectRef, Found<?>> objects;
    private final RulePlaces places;
    private final List<Problem> problems = new ArrayList<>();

    private WafRuleCheck(Map<ObjectRef, Found<?>> objects) {
        this.objects = objects;
        this.places = new RulePlaces(objects);
    }

    /**
     * The errors and warnings of the rules.
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
                    compiled.warnings().stream()
                            .filter(_ -> !text.partial())
                            .forEach(warning -> add(Problem.Severity.WARNING, owner, warning));
            }
        }
    }

    private void add(Problem.Severity severity, ObjectRef owner, Diagnostic diagnostic) {
        Optional<Problem> problem = places.problem(
                severity,
                owner,
                diagnostic.position().source(),
                diagnostic.position().line(),
                diagnostic.position().column(),
                diagnostic.message());
        if (problem.isPresent()) {
            problems.add(problem.get());
        } else if (severity == Problem.Severity.ERROR) {
            Optional.ofNullable(objects.get(owner))
                    .ifPresent(found -> problems.add(new Problem(
                            severity, found.document().location(), owner.toString(), "", diagnostic.toString())));
        }
        // Warnings of files that rules include, such as the Core Rule Set's, are not the user's.
    }
}
