package dev.gatehouse.controller;

import dev.gatehouse.controller.control.Controller;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Reports the process as live while the controller's thread takes changes. If that thread stops, no change reaches a
 * proxy until a restart.
 */
@Liveness
final class ControllerLiveCheck implements HealthCheck {
    private final Controller controller;

    ControllerLiveCheck(Controller controller) {
        this.controller = controller;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("controller-svc: changes are taken")
                .status(controller.live())
                .build();
    }
}
