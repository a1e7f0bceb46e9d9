package dev.gatehouse.xds.view;

import java.util.List;

/** The subscribers of this xds-svc. Thread-safe. */
public interface XdsView {
    /** Connected subscribers, ordered by fleet and node id. */
    List<Subscriber> subscribers();
}
