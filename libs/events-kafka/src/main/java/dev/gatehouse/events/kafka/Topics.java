package dev.gatehouse.events.kafka;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes topics that are not there. */
final class Topics {
    private static final Logger LOG = System.getLogger(Topics.class.getName());

    private Topics() {}

    /** Creates the link's topic with one partition and the brokers' default replication. An existing topic stays unchanged. */
    static void make(KafkaLink link, Map<String, String> configs) throws InterruptedException {
        make(link, Optional.of(1), configs, Map.of());
    }

    /**
     * Creates the link's topic with the brokers' default replication. An existing topic stays unchanged.
     *
     * @param partitions empty: the brokers' default number
     * @param settings client settings that override the link's
     */
    static void make(
            KafkaLink link, Optional<Integer> partitions, Map<String, String> configs, Map<String, Object> settings)
            throws InterruptedException {
        try (Admin admin = Admin.create(link.settings(settings))) {
            NewTopic topic = new NewTopic(link.topic(), partitions, Optional.empty()).configs(configs);
            try {
                admin.createTopics(List.of(topic)).all().get();
                LOG.log(Level.INFO, "Topic {0} is made.", link.topic());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw new KafkaException("topic " + link.topic() + " cannot be made", e.getCause());
                }
                String cleanup = configs.get(TopicConfig.CLEANUP_POLICY_CONFIG);
                if (cleanup != null) {
                    warnOfOtherCleanup(admin, link.topic(), cleanup);
                }
            }
        }
    }

    /**
     * Warns of a topic whose cleanup policy may drop unread records, since somebody else created it. Without the right
     * to read its settings there is no warning.
     */
    private static void warnOfOtherCleanup(Admin admin, String topic, String wanted) throws InterruptedException {
        try {
            Config config = admin.describeConfigs(List.of(new ConfigResource(ConfigResource.Type.TOPIC, topic)))
                    .all()
                    .get()
                    .values()
                    .iterator()
                    .next();
            String there = config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
            if (!wanted.equals(there)) {
                LOG.log(Level.WARNING, "Topic {0}: cleanup.policy is {1} (expected: {2})", topic, there, wanted);
            }
        } catch (ExecutionException e) {
            LOG.log(Level.DEBUG, () -> "the settings of topic " + topic + " cannot be read", e.getCause());
        }
    }
}
