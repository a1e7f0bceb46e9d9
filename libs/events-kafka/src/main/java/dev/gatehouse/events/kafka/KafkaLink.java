package dev.gatehouse.events.kafka;

import java.util.HashMap;
import java.util.Map;

/**
 * The connection settings for the brokers.
 *
 * @param topic the name of a topic of one partition; the config log's topic is compacted
 * @param client settings of Kafka's clients: {@code bootstrap.servers} and security settings
 */
public record KafkaLink(String topic, Map<String, String> client) {
    public KafkaLink {
        client = Map.copyOf(client);
        if (topic.isBlank() || !client.containsKey("bootstrap.servers")) {
            throw new IllegalArgumentException("topic \"" + topic + "\", settings " + client.keySet()
                    + " (expected: a topic, and bootstrap.servers among the settings)");
        }
    }

    /** The settings of a client. {@code own} settings override the link's. */
    Map<String, Object> settings(Map<String, Object> own) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.putAll(own);
        return settings;
    }

    /** Does not show the settings, which may have passwords. */
    @Override
    public String toString() {
        return "KafkaLink[topic=" + topic + ", bootstrap.servers=" + client.get("bootstrap.servers") + "]";
    }
}
