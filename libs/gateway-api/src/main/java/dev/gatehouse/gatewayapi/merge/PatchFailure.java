package dev.gatehouse.gatewayapi.merge;

/** A patch that cannot be applied; the message begins with the place in the patch. */
public final class PatchFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String problem;

    public PatchFailure(String problem) {
        super(problem, null, false, false);
        this.problem = problem;
    }

    @Override
    public String getMessage() {
        return problem;
    }
}
