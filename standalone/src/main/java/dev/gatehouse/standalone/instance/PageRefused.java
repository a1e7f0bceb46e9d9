package dev.gatehouse.standalone.instance;

import java.io.IOException;

/** A service answered, and not with the page: its message says why. */
sealed class PageRefused extends IOException permits NoSuchPage {
    private static final long serialVersionUID = 1;

    PageRefused(String message) {
        super(message);
    }
}
