package dev.gatehouse.envoyapi;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.TypeRegistry;
import com.linecorp.armeria.internal.shaded.xds.pgv.validate.Validate;
import dev.gatehouse.api.envoy.v1.NewerFields;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Descriptors of all messages of Envoy's API and of its contrib extensions, for text that may name any message, such as a patch. The build makes them
 * from Envoy's {@code .proto} files, with the fields of {@code newer_fields.proto} in their messages. Reading them
 * takes a moment, so use them only where the generated classes do not suffice.
 *
 * <p>Thread-safe.
 */
public final class EnvoyTypes {
    private static final String FILE = "envoy.desc";
    /** The types of Envoy's contrib extensions. The file is there if the go command was, when the program was built. */
    private static final String CONTRIB = "contrib.desc";

    private static final String NEWER_FIELDS = "gatehouse/envoy/v1/newer_fields.proto";

    private EnvoyTypes() {}

    /** Read when a type is first asked for. */
    private static final class All {
        static final TypeRegistry REGISTRY = read();

        private All() {}
    }

    /** The types by name. */
    public static TypeRegistry registry() {
        return All.REGISTRY;
    }

    /** The type with that full name: "envoy.config.cluster.v3.Cluster". */
    public static Optional<Descriptor> find(String name) {
        return Optional.ofNullable(All.REGISTRY.find(name));
    }

    private static TypeRegistry read() {
        ExtensionRegistry extensions = ExtensionRegistry.newInstance();
        Validate.registerAllExtensions(extensions);
        NewerFields.registerAllExtensions(extensions);
        Map<String, FileDescriptorProto> files = read(FILE, extensions);
        if (files.isEmpty()) {
            throw new IllegalStateException(FILE + " is not in the program");
        }
        read(CONTRIB, extensions).forEach(files::putIfAbsent);
        Map<String, DescriptorProto> newer = new HashMap<>();
        for (DescriptorProto each : files.getOrDefault(NEWER_FIELDS, FileDescriptorProto.getDefaultInstance())
                .getMessageTypeList()) {
            if (each.getOptions().hasExtension(NewerFields.fieldsOf)) {
                newer.put(each.getOptions().getExtension(NewerFields.fieldsOf), each);
            }
        }
        files.replaceAll((_, file) -> withNewer(file, newer));
        Map<String, FileDescriptor> built = new HashMap<>();
        TypeRegistry.Builder registry = TypeRegistry.newBuilder();
        files.keySet().forEach(name -> registry.add(messages(build(name, files, built))));
        return registry.build();
    }

    /** The files of a set; none, if the set is not in the program. */
    private static Map<String, FileDescriptorProto> read(String set, ExtensionRegistry extensions) {
        Map<String, FileDescriptorProto> files = new HashMap<>();
        try (InputStream in = EnvoyTypes.class.getResourceAsStream(set)) {
            if (in != null) {
                FileDescriptorSet.parseFrom(in, extensions)
                        .getFileList()
                        .forEach(file -> files.put(file.getName(), file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** The messages of a file, also those in others. */
    private static Collection<Descriptor> messages(FileDescriptor file) {
        List<Descriptor> all = new ArrayList<>(file.getMessageTypes());
        for (int i = 0; i < all.size(); i++) {
            all.addAll(all.get(i).getNestedTypes());
        }
        return all;
    }

    private static FileDescriptorProto withNewer(FileDescriptorProto file, Map<String, DescriptorProto> newer) {
        boolean concerned = newer.keySet().stream().anyMatch(name -> name.startsWith(file.getPackage() + "."));
        if (!concerned || file.getName().equals(NEWER_FIELDS)) {
            return file;
        }
        FileDescriptorProto.Builder changed = file.toBuilder();
        changed.getMessageTypeBuilderList().forEach(each -> add(each, file.getPackage(), newer));
        return changed.build().equals(file)
                ? file
                : changed.addDependency(NEWER_FIELDS).build();
    }

    private static void add(DescriptorProto.Builder message, String scope, Map<String, DescriptorProto> newer) {
        String name = scope + "." + message.getName();
        DescriptorProto fields = newer.get(name);
        if (fields != null) {
            fields.getFieldList().stream()
                    .filter(field ->
                            message.getFieldList().stream().noneMatch(own -> own.getNumber() == field.getNumber()))
                    .forEach(message::addField);
        }
        message.getNestedTypeBuilderList().forEach(each -> add(each, name, newer));
    }

    private static FileDescriptor build(
            String name, Map<String, FileDescriptorProto> files, Map<String, FileDescriptor> built) {
        FileDescriptor known = built.get(name);
        if (known != null) {
            return known;
        }
        FileDescriptorProto file = files.get(name);
        if (file == null) {
            throw new IllegalStateException(name + " is in neither " + FILE + " nor " + CONTRIB);
        }
        FileDescriptor[] dependencies = file.getDependencyList().stream()
                .map(each -> build(each, files, built))
                .toArray(FileDescriptor[]::new);
        try {
            FileDescriptor descriptor = FileDescriptor.buildFrom(file, dependencies);
            built.put(name, descriptor);
            return descriptor;
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(name + " is no descriptor: " + e.getMessage(), e);
        }
    }
}
