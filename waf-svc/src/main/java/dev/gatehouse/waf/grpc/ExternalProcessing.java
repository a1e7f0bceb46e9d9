package dev.gatehouse.waf.grpc;

import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.waf.inspection.Inspection;
import dev.gatehouse.waf.inspection.InspectionMetrics;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.Policy;
import io.envoyproxy.envoy.service.ext_proc.v3.ExternalProcessorGrpc.ExternalProcessorImplBase;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import io.quarkus.grpc.RegisterInterceptor;

/** The service that Envoy calls: one stream for each request, named after its policy by the metadata {@code x-gatehouse-waf-policy}. */
@GrpcService
@RegisterInterceptor(PolicyNameInterceptor.class)
final class ExternalProcessing extends ExternalProcessorImplBase implements BindableService {
    private final Policies policies;
    private final InspectionMetrics metrics;
    private final Surroundings surroundings;

    ExternalProcessing(Policies policies, InspectionMetrics metrics, Surroundings surroundings) {
        this.policies = policies;
        this.metrics = metrics;
        this.surroundings = surroundings;
    }

    @Override
    public StreamObserver<ProcessingRequest> process(StreamObserver<ProcessingResponse> responses) {
        String name = PolicyNameInterceptor.current();
        Policy policy = name.isEmpty() ? new Policy.Unusable(name, "no_policy_named") : policies.find(name);
        return new ProcessStream(new Inspection(policy, surroundings, metrics), responses);
    }
}
