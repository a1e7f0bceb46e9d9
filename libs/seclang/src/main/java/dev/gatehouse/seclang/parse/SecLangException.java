package dev.gatehouse.seclang.parse;

/** One directive cannot be used. Caught where directives are read and compiled, so that all errors are reported. */
public final class SecLangException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Diagnostic diagnostic;

    public SecLangException(Diagnostic diagnostic) {
        super(diagnostic.toString(), null, false, false);
        this.diagnostic = diagnostic;
    }

    public Diagnostic diagnostic() {
        return diagnostic;
    }
}
