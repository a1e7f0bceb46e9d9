package dev.gatehouse.waf.grpc;

import dev.gatehouse.grpcserver.LoopBudget;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.tracing.grpc.CallerSpan;
import dev.gatehouse.waf.inspection.Inspection;
import dev.gatehouse.waf.inspection.InspectionSpan;
import dev.gatehouse.waf.load.Admission;
import dev.gatehouse.waf.load.LargeWork;
import dev.gatehouse.waf.load.SlowBodies;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.Policy;
import io.envoyproxy.envoy.service.ext_proc.v3.ExternalProcessorGrpc.ExternalProcessorImplBase;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.BindableService;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import io.quarkus.grpc.RegisterInterceptor;
import java.time.Duration;
import java.util.Optional;

/** The service that Envoy calls: one stream for each request, whose metadata names the policy. */
@GrpcService
@RegisterInterceptor(StreamMetadataInterceptor.class)
@RegisterInterceptor(CallerSpan.class)
public final class ExternalProcessing extends ExternalProcessorImplBase implements BindableService {
    /** Less than Envoy waits for a message. */
    private static final Duration PATIENCE = Duration.ofMillis(1_500);

    /** How long a gRPC thread inspects messages that arrived together. The remaining ones are answered without inspection. */
    private static final Duration BUDGET = Duration.ofMillis(300);

    private final Policies policies;
    private final Inspection.Shared shared;
    private final ProcessStream.Resources resources;
    private final Tracing tracing;

    ExternalProcessing(
            Policies policies,
            Inspection.Shared shared,
            Admission admission,
            LargeWork large,
            SlowBodies slow,
            Tracing tracing) {
        this.policies = policies;
        this.shared = shared;
        this.tracing = tracing;
        this.resources = new ProcessStream.Resources(admission, large, slow, new LoopBudget(BUDGET));
    }

    @Override
    public StreamObserver<ProcessingRequest> process(StreamObserver<ProcessingResponse> responses) {
        StreamMetadata metadata = StreamMetadataInterceptor.current();
        Optional<Policy> known = policies.known(metadata.policy());
        Inspection inspection = new Inspection(
                () -> known.orElseGet(() -> policies.await(metadata.policy(), PATIENCE)),
                new Inspection.Route(metadata.grpc(), metadata.bufferBytes()),
                shared,
                InspectionSpan.begin(tracing, CallerSpan.current()));
        return new ProcessStream(
                inspection,
                known.map(this::waits).orElse(true),
                new Conversation(inspection, metadata.bufferBytes()),
                resources,
                (ServerCallStreamObserver<ProcessingResponse>) responses);
    }

    private boolean waits(Policy policy) {
        return policy.loadsCollections() && shared.surroundings().collections().waits();
    }
}
