package dev.gatehouse.waf.grpc;

import dev.gatehouse.waf.inspection.Inspection;
import dev.gatehouse.waf.load.Admission;
import dev.gatehouse.waf.load.LargeWork;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;

/**
 * One stream. Its messages are handled one after the other, each on a virtual thread when its turn comes, never on gRPC's threads; the
 * next is asked for when one is done, so that what waits is held by Envoy.
 */
final class ProcessStream implements StreamObserver<ProcessingRequest> {
    private static final Logger LOG = System.getLogger(ProcessStream.class.getName());

    /** Bytes of a body that rules take some milliseconds for. */
    private static final long LARGE = 128 * 1024;

    private final Conversation conversation;
    private final Inspection inspection;
    private final Admission admission;
    private final LargeWork large;
    private final ServerCallStreamObserver<ProcessingResponse> responses;
    private final SerialWork work = new SerialWork();
    /** Of the work's threads alone. */
    private boolean done;

    ProcessStream(
            Inspection inspection,
            Conversation conversation,
            Admission admission,
            LargeWork large,
            ServerCallStreamObserver<ProcessingResponse> responses) {
        this.inspection = inspection;
        this.conversation = conversation;
        this.admission = admission;
        this.large = large;
        this.responses = responses;
        responses.disableAutoRequest();
        // Without a handler a write to a stream that Envoy has ended would throw.
        responses.setOnCancelHandler(() -> onError(Status.CANCELLED.asException()));
        responses.request(1);
    }

    @Override
    public void onNext(ProcessingRequest request) {
        work.add(() -> handle(request));
    }

    private void handle(ProcessingRequest request) {
        if (done) {
            return;
        }
        List<ProcessingResponse> answers = answers(request);
        answers.forEach(responses::onNext);
        if (conversation.isOver()) {
            done = true;
            responses.onCompleted();
            finish();
        } else {
            responses.request(1);
        }
    }

    private List<ProcessingResponse> answers(ProcessingRequest request) {
        try {
            inspection.prepare();
            return isLarge(request)
                    ? inTurn(
                            request,
                            large::enter,
                            large::leave,
                            () -> inTurn(
                                    request,
                                    admission::enter,
                                    admission::leave,
                                    () -> large.run(() -> conversation.answer(request, Optional.empty()))))
                    : inTurn(
                            request,
                            admission::enter,
                            admission::leave,
                            () -> conversation.answer(request, Optional.empty()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return conversation.answer(request, Optional.of("ending"));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The inspection of a request failed.", e);
            return conversation.answer(request, Optional.of("internal_error"));
        }
    }

    private interface Entrance {
        Admission.Outcome enter() throws InterruptedException;
    }

    private interface Work {
        List<ProcessingResponse> run() throws InterruptedException;
    }

    private List<ProcessingResponse> inTurn(ProcessingRequest request, Entrance entrance, Runnable exit, Work work)
            throws InterruptedException {
        return switch (entrance.enter()) {
            case ADMITTED -> {
                try {
                    yield work.run();
                } finally {
                    exit.run();
                }
            }
            case FULL -> conversation.answer(request, Optional.of("overloaded:queue"));
            case LATE -> conversation.answer(request, Optional.of("overloaded:late"));
        };
    }

    private boolean isLarge(ProcessingRequest request) {
        long more = request.getRequestBody().getBody().size()
                + request.getResponseBody().getBody().size();
        return inspection.bodyBytes() + more >= LARGE;
    }

    @Override
    public void onError(Throwable failure) {
        LOG.log(Level.DEBUG, "Envoy ended the stream: {0}", Status.fromThrowable(failure));
        work.add(this::end);
    }

    @Override
    public void onCompleted() {
        work.add(() -> {
            if (!done) {
                done = true;
                try {
                    responses.onCompleted();
                } catch (StatusRuntimeException e) {
                    LOG.log(Level.DEBUG, "Envoy has gone.", e);
                }
            }
            end();
        });
    }

    private void end() {
        done = true;
        finish();
    }

    private void finish() {
        admission.enterSurely();
        try {
            inspection.end();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The end of a request failed.", e);
        } finally {
            admission.leave();
        }
    }
}
