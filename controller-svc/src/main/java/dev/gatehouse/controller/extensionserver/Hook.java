package dev.gatehouse.controller.extensionserver;

/** The resources that an extension server can change, by Envoy Gateway's names. */
public enum Hook {
    /** A route whose rule refers to objects of the extension. */
    Route,
    /** Every virtual host. */
    VirtualHost,
    /** Every listener. */
    HTTPListener,
    /** The cluster of a backend that is an object of the extension. */
    Cluster,
    /** The endpoints of clusters whose endpoints are a resource of their own. */
    Endpoints,
    /** All resources of a fleet together. */
    Translation
}
