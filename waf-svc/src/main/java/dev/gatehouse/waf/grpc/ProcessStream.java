package dev.gatehouse.waf.grpc;

import dev.gatehouse.grpcserver.LoopBudget;
import dev.gatehouse.waf.inspection.Inspection;
import dev.gatehouse.waf.load.Admission;
import dev.gatehouse.waf.load.LargeWork;
import dev.gatehouse.waf.load.SlowBodies;
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
 * One stream. Its messages are handled one after the other; the next is asked for when one is done, so that what waits is held by Envoy.
 *
 * <p>A small message for which nothing has to be waited is looked at on gRPC's own thread: the rules take less than handing it to
 * another and back. All others are handled on virtual threads, when their turn comes.
 */
final class ProcessStream implements StreamObserver<ProcessingRequest>, SlowBodies.Body {
    private static final Logger LOG = System.getLogger(ProcessStream.class.getName());

    /** Bytes of a body that rules take less than a millisecond for; gRPC's thread has other streams to serve. */
    private static final long SMALL = 4 * 1024;

    /**
     * The shared resources of streams.
     *
     * @param budget the time budget of gRPC's threads
     */
    record Resources(Admission admission, LargeWork large, SlowBodies slow, LoopBudget budget) {}

    private final Conversation conversation;
    private final Inspection inspection;
    private final boolean waits;
    private final Admission admission;
    private final LargeWork large;
    private final SlowBodies slow;
    private final LoopBudget budget;
    private final ServerCallStreamObserver<ProcessingResponse> responses;
    private final SerialWork work = new SerialWork();
    /** How much of both bodies has come. Of gRPC's thread alone. */
    private long bodyBytes;
    /** The same, for other threads. */
    private volatile long received;
    /** Of the work alone. */
    private boolean done;
    /** Whether {@link #slow} looks after the request's body. Of the work alone. */
    private boolean watched;

    /** @param waits whether the inspection may block, for its policy or a store */
    ProcessStream(
            Inspection inspection,
            boolean waits,
            Conversation conversation,
            Resources resources,
            ServerCallStreamObserver<ProcessingResponse> responses) {
        this.inspection = inspection;
        this.waits = waits;
        this.conversation = conversation;
        this.admission = resources.admission();
        this.large = resources.large();
        this.slow = resources.slow();
        this.budget = resources.budget();
        this.responses = responses;
        responses.disableAutoRequest();
        // Without a handler a write to a stream that Envoy has ended would throw.
        responses.setOnCancelHandler(() -> onError(Status.CANCELLED.asException()));
        responses.request(1);
    }

    @Override
    public void onNext(ProcessingRequest request) {
        if (request.hasRequestHeaders() && !waits && budget.spent() && work.tryRun(() -> shed(request))) {
            return;
        }
        bodyBytes += request.getRequestBody().getBody().size()
                + request.getResponseBody().getBody().size();
        received = bodyBytes;
        if (bodyBytes > SMALL || !tryHere(() -> handleHere(request))) {
            boolean isLarge = bodyBytes >= LargeBodies.BYTES;
            if (isLarge && conversation.isWaitedFor(request)) {
                // Now, not when its turn comes. Nothing else is being said: the last message was answered before this
                // one was asked for.
                responses.onNext(EnvoyMessages.moreTime(LargeBodies.time(bodyBytes)));
            }
            work.add(() -> handle(request, isLarge));
        }
    }

    /** Runs it on this thread, if nothing that is to be waited for is in its way. */
    private boolean tryHere(Runnable piece) {
        if (waits || !admission.tryEnter()) {
            return false;
        }
        try {
            return work.tryRun(piece);
        } finally {
            admission.leave();
        }
    }

    /**
     * Answers a message without inspection, since it has already waited long behind this thread's other work.
     * Inspections that have begun continue.
     */
    private void shed(ProcessingRequest request) {
        if (!done && send(conversation.answer(request, Optional.of("overloaded:loop")))) {
            end();
        }
    }

    private void handleHere(ProcessingRequest request) {
        if (!done && send(answers(request, () -> conversation.answer(request, Optional.empty())))) {
            end();
        }
    }

    private void handle(ProcessingRequest request, boolean isLarge) {
        if (!done && send(answers(request, () -> isLarge ? inspectLarge(request) : inspectInTurn(request)))) {
            endInTurn();
        }
    }

    /** @return whether nothing more will be said */
    private boolean send(List<ProcessingResponse> answers) {
        answers.forEach(responses::onNext);
        if (conversation.holdsRequest() != watched) {
            watched = !watched;
            if (watched) {
                slow.watch(this);
            } else {
                slow.forget(this);
            }
        }
        if (conversation.isOver()) {
            done = true;
            responses.onCompleted();
        } else {
            responses.request(1);
        }
        return done;
    }

    private interface Work {
        List<ProcessingResponse> run() throws InterruptedException;
    }

    private List<ProcessingResponse> answers(ProcessingRequest request, Work inspect) {
        try {
            return inspect.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return conversation.answer(request, Optional.of("ending"));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The inspection of a request failed.", e);
            return conversation.answer(request, Optional.of("internal_error"));
        }
    }

    private List<ProcessingResponse> inspectInTurn(ProcessingRequest request) throws InterruptedException {
        inspection.prepare();
        return inTurn(
                request, admission::enter, admission::leave, () -> conversation.answer(request, Optional.empty()));
    }

    private List<ProcessingResponse> inspectLarge(ProcessingRequest request) throws InterruptedException {
        inspection.prepare();
        return inTurn(
                request,
                large::enter,
                large::leave,
                () -> inTurn(
                        request,
                        admission::enter,
                        admission::leave,
                        () -> large.run(() -> conversation.answer(request, Optional.empty()))));
    }

    private interface Entrance {
        Admission.Outcome enter() throws InterruptedException;
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

    @Override
    public long received() {
        return received;
    }

    @Override
    public void refuse() {
        work.add(() -> {
            if (!done && conversation.holdsRequest() && send(conversation.tooSlow())) {
                endInTurn();
            }
        });
    }

    @Override
    public void onError(Throwable failure) {
        LOG.log(Level.DEBUG, "Envoy ended the stream: {0}", Status.fromThrowable(failure));
        if (!tryHere(this::end)) {
            work.add(this::endInTurn);
        }
    }

    @Override
    public void onCompleted() {
        if (!tryHere(this::closeHere)) {
            work.add(this::close);
        }
    }

    private void closeHere() {
        complete();
        end();
    }

    private void close() {
        complete();
        endInTurn();
    }

    private void complete() {
        if (done) {
            return;
        }
        done = true;
        try {
            responses.onCompleted();
        } catch (StatusRuntimeException e) {
            LOG.log(Level.DEBUG, "Envoy has gone.", e);
        }
    }

    private void endInTurn() {
        admission.enterSurely();
        try {
            end();
        } finally {
            admission.leave();
        }
    }

    private void end() {
        done = true;
        slow.forget(this);
        try {
            inspection.end();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The end of a request failed.", e);
        }
    }
}
