package dev.gatehouse.authz;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.gatehouse.authz", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreTest {
    @ArchTest
    static final ArchRule coreKnowsNoTechnology = noClasses()
            .that()
            .resideInAnyPackage(
                    "..authz.request..",
                    "..authz.policy..",
                    "..authz.apikey..",
                    "..authz.basic..",
                    "..authz.seal..",
                    "..authz.token..",
                    "..authz.provider..",
                    "..authz.session..",
                    "..authz.oidc..")
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
                    "org.bouncycastle..",
                    "dev.gatehouse.api..",
                    "dev.gatehouse.xdsclient..",
                    "jakarta..",
                    "org.jboss..",
                    "org.eclipse..",
                    "io.smallrye..",
                    "dev.gatehouse.redis..",
                    "..authz.bcrypt..",
                    "..authz.argon2..",
                    "..authz.redis..",
                    "..authz.vertx..",
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

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.gatehouse.authz.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule sessionsKnowNoProviders = noClasses()
            .that()
            .resideInAnyPackage("..authz.session..", "..authz.seal..", "..authz.token..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..authz.provider..", "..authz.oidc..", "..authz.policy..");

    @ArchTest
    static final ArchRule theLibraryOfTokensCallsNobody = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "com.nimbusds.jose.jwk.source..", "com.nimbusds.jose.proc..", "com.nimbusds.jwt.proc..");
}
