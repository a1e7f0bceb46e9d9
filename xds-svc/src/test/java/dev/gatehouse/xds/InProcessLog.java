package dev.gatehouse.xds;

import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.ReportTopic;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** A config log and a report topic in the process, as in standalone mode. */
final class InProcessLog {
    @Produces
    @Singleton
    ConfigLog log() {
        return new MemoryConfigLog("test");
    }

    @Produces
    @Singleton
    ReportTopic topic() {
        return new ReportTopic();
    }
}
