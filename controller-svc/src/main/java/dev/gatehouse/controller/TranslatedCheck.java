package dev.gatehouse.controller;

import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.control.ControllerView;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Reports the process as ready once the objects that existed at its start are translated and published. */
@Readiness
final class TranslatedCheck implements HealthCheck {
    private final Controller controller;

    TranslatedCheck(Controller controller) {
        this.controller = controller;
    }

    @Override
    public HealthCheckResponse call() {
        ControllerView view = controller.view();
        return HealthCheckResponse.named("controller-svc: objects translated")
                .status(view.taken() > 0)
                .withData("gateways", view.gateways().size())
                .withData("fleets published", view.published().size())
                .build();
    }
}
