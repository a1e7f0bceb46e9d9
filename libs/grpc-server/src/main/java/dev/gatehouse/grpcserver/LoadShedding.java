package dev.gatehouse.grpcserver;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;

/**
 * Refuses calls for which an event loop has no time left, before they are read: {@code RESOURCE_EXHAUSTED}, which proxies do not try
 * again elsewhere, so that the filter's failure mode decides. For services whose calls are short and answered on the event loop.
 */
public abstract class LoadShedding implements ServerInterceptor {
    private final LoopBudget budget;
    private final Runnable shed;

    /**
     * @param budget the time budget of an event loop's round, well below the callers' deadline
     * @param shed counts a call that was refused
     */
    protected LoadShedding(Duration budget, Runnable shed) {
        this.budget = new LoopBudget(budget);
        this.shed = shed;
    }

    @Override
    public final <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        if (budget.spent()) {
            shed.run();
            call.close(Status.RESOURCE_EXHAUSTED.withDescription("overloaded"), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return next.startCall(call, headers);
    }
}
