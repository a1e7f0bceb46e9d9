package dev.gatehouse.standalone.backends;

import dev.gatehouse.standalone.httpbin.Httpbin;
import dev.gatehouse.standalone.httpbin.HttpbinOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The running apps. Used by one thread at a time, which applies changed files. */
public final class BuiltInBackends implements AutoCloseable {
    private final Map<HttpbinOptions, Httpbin> running = new HashMap<>();

    /**
     * Starts and stops apps so that exactly the requested apps run. An app whose request did not change keeps running.
     *
     * @return one line for each request that is refused or cannot listen; the others run
     */
    public List<String> apply(Collection<BackendRequest> requests) {
        List<String> problems = new ArrayList<>();
        Map<HttpbinOptions, BackendRequest> wanted = new LinkedHashMap<>();
        for (BackendRequest request : requests) {
            switch (request.plan()) {
                case BackendRequest.Plan.Run(HttpbinOptions options) -> wanted.putIfAbsent(options, request);
                case BackendRequest.Plan.Refused(String reason) -> problems.add(reason);
            }
        }
        running.entrySet().removeIf(entry -> {
            boolean goes = !wanted.containsKey(entry.getKey());
            if (goes) {
                entry.getValue().close();
            }
            return goes;
        });
        wanted.forEach((options, request) -> {
            if (!running.containsKey(options)) {
                try {
                    running.put(options, Httpbin.start(options));
                } catch (IOException e) {
                    problems.add("EndpointSlice " + request.namespace() + "/" + request.name() + ": " + e.getMessage());
                }
            }
        });
        return problems;
    }

    @Override
    public void close() {
        running.values().forEach(Httpbin::close);
        running.clear();
    }
}
