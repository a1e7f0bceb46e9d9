package dev.gatehouse.events.kafka.quarkus;

import dev.gatehouse.events.kafka.KafkaLink;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** {@code gatehouse.kafka.*}. As environment variables: {@code GATEHOUSE_KAFKA_BOOTSTRAP_SERVERS} and so on. */
@ConfigMapping(prefix = "gatehouse.kafka")
public interface KafkaConfig {
    /** {@code host:port} of some brokers, separated by commas. Set: the config log and the reports go over Kafka. */
    Optional<String> bootstrapServers();

    /** The config log's topic: one partition, compacted. It is made where it is not there. */
    @WithDefault("gatehouse.config")
    String topic();

    /** The topic of data-plane reports: one partition. It is made where it is not there. */
    @WithDefault("gatehouse.reports")
    String reportsTopic();

    /** The topic of security events: any number of partitions. It is made where it is not there. */
    @WithDefault("gatehouse.security")
    String securityTopic();

    /**
     * A file with more settings of Kafka's clients, such as {@code security.protocol}, as Java writes properties; a mounted
     * Secret. Read once, at the start.
     */
    Optional<Path> clientFile();

    /**
     * How the brokers are reached; empty: Kafka is not used.
     *
     * @throws UncheckedIOException where the file cannot be read
     */
    default Optional<KafkaLink> link() {
        return link(topic());
    }

    /** The same for the reports. */
    default Optional<KafkaLink> reportsLink() {
        return link(reportsTopic());
    }

    /** The same for the security events. */
    default Optional<KafkaLink> securityLink() {
        return link(securityTopic());
    }

    private Optional<KafkaLink> link(String topic) {
        return bootstrapServers().map(servers -> {
            Map<String, String> settings = new HashMap<>();
            clientFile().ifPresent(file -> settings.putAll(read(file)));
            settings.put("bootstrap.servers", servers);
            return new KafkaLink(topic, settings);
        });
    }

    private static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException("gatehouse.kafka.client-file: " + file + " cannot be read", e);
        }
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        return settings;
    }
}
