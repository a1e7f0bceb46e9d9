package dev.gatehouse.controller.extensionserver;

/** What an extension server can change, by Envoy Gateway's names. */
public enum Hook {
    /** A route whose rule refers to objects of the extension. */
    Route,
    /** Every virtual host. */
    VirtualHost,
    /** Every listener. */
    HTTPListener,
    /** The cluster of a backend that is an object of the extension. */
    Cluster,
    /** The endpoints of every cluster whose endpoints are a resource of their own. */
    Endpoints,
    /** All resources of a fleet together. */
    Translation
}
