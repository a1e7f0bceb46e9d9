package dev.gatehouse.authz.policy;

/** Why a request is denied: what the log, the metrics and the client are told. None of it holds a secret. */
public enum Reason {
    NO_POLICY_NAMED(503, "the route names no access policy"),
    NOT_CONFIGURED(503, "no access policies were received yet"),
    UNKNOWN_POLICY(503, "the route's access policy is not known"),
    OVERLOADED(503, "too many passwords are being checked; try again"),
    ISSUER_AWAY(503, "who issued the token cannot be asked; try again"),
    REPLAY_UNKNOWN(503, "it cannot be told whether the proof was used before; try again"),
    NOT_HTTP(403, "not an HTTP request"),
    KEY_MISSING(401, "an API key is required"),
    KEY_UNKNOWN(401, "the API key is not valid"),
    TOKEN_MISSING(401, "an access token is required"),
    TOKEN_INVALID(401, "the access token is not valid"),
    CERTIFICATE_MISSING(403, "a client certificate is required"),
    CERTIFICATE_NOT_ALLOWED(403, "the client certificate is not allowed"),
    CERTIFICATE_NAMELESS(403, "the client certificate has not the name by which clients are known"),
    NONCE_MISSING(401, "the proof of possession needs a nonce of this server"),
    PROOF_INVALID(401, "the proof of possession is not valid"),
    TOKENS_SEVERAL(400, "there is more than one access token"),
    SCOPE_INSUFFICIENT(403, "the access token has not the scopes"),
    CREDENTIALS_MISSING(401, "a user name and a password are required"),
    CREDENTIALS_MALFORMED(401, "the Authorization header cannot be read"),
    CREDENTIALS_WRONG(401, "the user name or the password is wrong");

    private final int status;
    private final String text;

    Reason(int status, String text) {
        this.status = status;
        this.text = text;
    }

    /** The HTTP status of the answer. */
    public int status() {
        return status;
    }

    /** The answer's body. */
    public String text() {
        return text;
    }

    /** For metrics and logs. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
