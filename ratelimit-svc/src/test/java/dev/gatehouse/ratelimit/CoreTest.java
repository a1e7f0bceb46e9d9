package dev.gatehouse.ratelimit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.gatehouse.ratelimit", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreTest {
    private static final String[] CORE = {
        "..ratelimit.descriptor..",
        "..ratelimit.limit..",
        "..ratelimit.store..",
        "..ratelimit.memory..",
        "..ratelimit.decision.."
    };

    @ArchTest
    static final ArchRule coreKnowsNoTechnology = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.grpc..",
                    "io.quarkus..",
                    "io.micrometer..",
                    "io.vertx..",
                    "io.envoyproxy..",
                    "com.google.protobuf..",
                    "dev.gatehouse.api..",
                    "dev.gatehouse.xdsclient..",
                    "jakarta..",
                    "org.eclipse..",
                    "io.smallrye..",
                    "..ratelimit.redis..",
                    "..ratelimit.grpc..",
                    "..ratelimit.http..",
                    "..ratelimit.xds..");

    @ArchTest
    static final ArchRule theDecisionKnowsThePortOnly = noClasses()
            .that()
            .resideInAPackage("..ratelimit.decision..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..ratelimit.memory..");

    @ArchTest
    static final ArchRule matchingKnowsNoCounting = noClasses()
            .that()
            .resideInAPackage("..ratelimit.descriptor..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..ratelimit.store..", "..ratelimit.decision..");
}
