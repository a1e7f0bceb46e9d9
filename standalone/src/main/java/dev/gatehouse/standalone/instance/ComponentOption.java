package dev.gatehouse.standalone.instance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The components whose processes a command looks at. */
public final class ComponentOption {
    @Parameters(
            paramLabel = "COMPONENT",
            arity = "0..*",
            description = "Only these: controller-svc, xds-svc, ratelimit-svc, waf-svc, authz-svc (\"-svc\" may be left"
                    + " out), proxy; or one process by its name, or a Gateway's proxies by its namespace/name.")
    private List<String> names = new ArrayList<>();

    /**
     * The processes, each once.
     *
     * @throws ParameterException a name that is neither a component nor a process
     * @throws CommandFailure none runs
     */
    public List<Replica> replicas(CommandSpec spec, RunningGatehouse gatehouse) throws IOException {
        List<Replica> all = new ArrayList<>(gatehouse.services());
        all.addAll(gatehouse.replicas(Component.PROXY));
        if (names.isEmpty()) {
            return all;
        }
        Set<Replica> wanted = new LinkedHashSet<>();
        for (String name : names) {
            List<Replica> found = all.stream()
                    .filter(each -> each.name().equals(name) || each.fleet().equals(name))
                    .toList();
            if (found.isEmpty()) {
                Component component;
                try {
                    component = Component.of(name);
                } catch (IllegalArgumentException e) {
                    throw new ParameterException(
                            spec.commandLine(),
                            "Neither a component nor a process of " + gatehouse.described() + ": " + e.getMessage(),
                            e);
                }
                found = component != Component.PROXY && !gatehouse.cluster()
                        ? gatehouse.services()
                        : gatehouse.replicas(component);
                if (found.isEmpty()) {
                    throw new CommandFailure(component + " has no pod in " + gatehouse.described()
                            + (component == Component.PROXY
                                    ? " (expected: a Gateway that is served)"
                                    : " (expected: one)"));
                }
            }
            wanted.addAll(found);
        }
        return List.copyOf(wanted);
    }
}
