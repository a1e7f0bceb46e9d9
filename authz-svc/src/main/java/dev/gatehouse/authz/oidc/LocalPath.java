package dev.gatehouse.authz.oidc;

/** Where a user goes on this host: never to another one. */
final class LocalPath {
    /** Proxies take requests with headers of 60 kB, of which cookies are a part. */
    static final int LONGEST = 16_384;

    private LocalPath() {}

    /** {@code path} if it is one on this host, as browsers read it, and else "/"; one that is too long without its query. */
    static String of(String path) {
        boolean odd = !path.startsWith("/")
                || path.startsWith("//")
                || path.indexOf('\\') >= 0
                || path.chars().anyMatch(c -> c <= ' ' || c >= 0x7f);
        if (odd) {
            return "/";
        }
        int hash = path.indexOf('#');
        String whole = hash < 0 ? path : path.substring(0, hash);
        if (whole.length() <= LONGEST) {
            return whole;
        }
        String bare = withoutQuery(whole);
        return bare.length() <= LONGEST ? bare : "/";
    }

    static String withoutQuery(String path) {
        int end = path.length();
        for (char mark : new char[] {'?', '#'}) {
            int at = path.indexOf(mark);
            end = at >= 0 ? Math.min(end, at) : end;
        }
        return path.substring(0, end);
    }
}
