package dev.gatehouse.waf;

import dev.gatehouse.grpcserver.admin.SoftwarePart;
import dev.gatehouse.waf.crs.InstalledRuleSets;
import jakarta.inject.Singleton;
import java.util.List;

/** The Core Rule Sets, for the SBOM. */
@Singleton
final class CoreRuleSetSoftware implements SoftwarePart {
    private final WafConfig config;

    CoreRuleSetSoftware(WafConfig config) {
        this.config = config;
    }

    @Override
    public List<Piece> pieces() {
        return new InstalledRuleSets(config.coreRuleSets())
                .versions().stream()
                        .map(version -> new Piece("owasp-crs", version))
                        .toList();
    }
}
