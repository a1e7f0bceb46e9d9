package dev.gatehouse.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.gatehouse.controller", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreTest {
    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.gatehouse.controller.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule coreKnowsNoTechnology = noClasses()
            .that()
            .resideInAnyPackage(
                    "..controller.gateway..",
                    "..controller.route..",
                    "..controller.backend..",
                    "..controller.policy..",
                    "..controller.client..",
                    "..controller.status..",
                    "..controller.infrastructure..",
                    "..controller.proto..",
                    "..controller.callout..",
                    "..controller.envoy..",
                    "..controller.translate..",
                    "..controller.publish..",
                    "..controller.control..",
                    "..controller.files..",
                    "..controller.extensionserver..",
                    "..controller.hook..",
                    "..controller.text..",
                    "..controller.console..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.grpc..",
                    "io.quarkus..",
                    "io.micrometer..",
                    "io.fabric8..",
                    "io.smallrye..",
                    "io.vertx.core.http..",
                    "io.vertx.core.net..",
                    "io.vertx.ext..",
                    "jakarta..",
                    "org.eclipse..",
                    "dev.gatehouse.events.grpc..",
                    "dev.gatehouse.controller");

    @ArchTest
    static final ArchRule domainKnowsNoEnvoy = noClasses()
            .that()
            .resideInAnyPackage(
                    "..controller.gateway..",
                    "..controller.route..",
                    "..controller.backend..",
                    "..controller.policy..",
                    "..controller.client..",
                    "..controller.status..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..controller.envoy..", "io.envoyproxy..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule translationDoesNoInputOrOutput = noClasses()
            .that()
            .resideInAPackage("..controller.translate..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels..", "java.net..");

    @ArchTest
    static final ArchRule translationHasNoClock = noClasses()
            .that()
            .resideInAnyPackage(
                    "..controller.gateway..",
                    "..controller.route..",
                    "..controller.backend..",
                    "..controller.policy..",
                    "..controller.client..",
                    "..controller.status..",
                    "..controller.envoy..",
                    "..controller.translate..")
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime");

    @ArchTest
    static final ArchRule onlySourcesConsoleAndWiringKnowTheController = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.gatehouse.controller",
                    "..controller.control..",
                    "..controller.files..",
                    "..controller.kubernetes..",
                    // An edge too: it asks for what it shows.
                    "..controller.console..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..controller.control..");
}
