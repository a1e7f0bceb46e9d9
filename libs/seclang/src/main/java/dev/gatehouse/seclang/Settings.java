package dev.gatehouse.seclang;

/** What directives set for the whole rule set. */
record Settings(
        EngineMode engine,
        boolean requestBodyAccess,
        BodyLimit requestBody,
        boolean responseBodyAccess,
        BodyLimit responseBody) {
    /** ModSecurity's defaults. */
    static Settings initial() {
        return new Settings(
                EngineMode.OFF, false, new BodyLimit(134_217_728, true), false, new BodyLimit(524_288, true));
    }

    Settings engine(EngineMode mode) {
        return new Settings(mode, requestBodyAccess, requestBody, responseBodyAccess, responseBody);
    }

    Settings requestBodyAccess(boolean on) {
        return new Settings(engine, on, requestBody, responseBodyAccess, responseBody);
    }

    Settings requestBody(BodyLimit limit) {
        return new Settings(engine, requestBodyAccess, limit, responseBodyAccess, responseBody);
    }

    Settings responseBodyAccess(boolean on) {
        return new Settings(engine, requestBodyAccess, requestBody, on, responseBody);
    }

    Settings responseBody(BodyLimit limit) {
        return new Settings(engine, requestBodyAccess, requestBody, responseBodyAccess, limit);
    }
}
