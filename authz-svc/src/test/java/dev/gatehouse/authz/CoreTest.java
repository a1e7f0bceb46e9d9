package dev.gatehouse.authz;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.gatehouse.authz", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreTest {
    @ArchTest
    static final ArchRule coreKnowsNoTechnology = noClasses()
            .that()
            .resideInAnyPackage("..authz.request..", "..authz.policy..", "..authz.apikey..", "..authz.basic..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.grpc..",
                    "io.quarkus..",
                    "io.micrometer..",
                    "io.vertx..",
                    "io.envoyproxy..",
                    "com.google.protobuf..",
                    "at.favre..",
                    "dev.gatehouse.api..",
                    "dev.gatehouse.xdsclient..",
                    "jakarta..",
                    "org.jboss..",
                    "org.eclipse..",
                    "io.smallrye..",
                    "..authz.bcrypt..",
                    "..authz.grpc..",
                    "..authz.xds..");

    @ArchTest
    static final ArchRule parsersKnowNoPolicies = noClasses()
            .that()
            .resideInAPackage("..authz.request..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..authz.policy..", "..authz.apikey..", "..authz.basic..");

    @ArchTest
    static final ArchRule checksDoNotKnowEachOther = noClasses()
            .that()
            .resideInAPackage("..authz.apikey..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..authz.basic..");
}
