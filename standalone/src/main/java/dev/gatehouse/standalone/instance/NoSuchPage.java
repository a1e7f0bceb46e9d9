package dev.gatehouse.standalone.instance;

/** A service does not have a page: the service is of an older version, mostly. */
final class NoSuchPage extends PageRefused {
    private static final long serialVersionUID = 1;

    /** @param message who has no such page, and what was expected */
    NoSuchPage(String message) {
        super(message);
    }
}
