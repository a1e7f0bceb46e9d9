package dev.gatehouse.waf;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.gatehouse.waf", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreTest {
    @ArchTest
    static final ArchRule coreKnowsNoTechnology = noClasses()
            .that()
            .resideInAnyPackage("..waf.policy..", "..waf.inspection..", "..waf.load..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.grpc..",
                    "io.quarkus..",
                    "io.micrometer..",
                    "io.envoyproxy..",
                    "com.google..",
                    "jakarta..",
                    "org.eclipse..",
                    "io.smallrye..",
                    "dev.gatehouse.api..",
                    "dev.gatehouse.xdsclient..",
                    "..waf.grpc..",
                    "..waf.xds..");

    @ArchTest
    static final ArchRule policiesKnowNoRequests = noClasses()
            .that()
            .resideInAPackage("..waf.policy..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..waf.inspection..");
}
