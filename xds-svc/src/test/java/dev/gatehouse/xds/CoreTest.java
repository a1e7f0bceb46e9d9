package dev.gatehouse.xds;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.gatehouse.xds", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreTest {
    @ArchTest
    static final ArchRule coreKnowsNoTechnology = noClasses()
            .that()
            .resideInAnyPackage("..xds.snapshot..", "..xds.stream..", "..xds.view..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.grpc..",
                    "io.quarkus..",
                    "io.micrometer..",
                    "jakarta..",
                    "org.eclipse..",
                    "io.smallrye..",
                    "..xds.grpc..");

    @ArchTest
    static final ArchRule snapshotsKnowNoStreams = noClasses()
            .that()
            .resideInAPackage("..xds.snapshot..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..xds.stream..", "..xds.view..");
}
