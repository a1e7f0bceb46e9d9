package dev.gatehouse.seclang.auditlog;

import dev.gatehouse.seclang.audit.AuditSettings;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Creates files and folders with permissions in {@code chmod}'s numbers. Existing files and folders are not changed. */
final class Permissions {
    private Permissions() {}

    /** Makes the folders that a file is in, and the file, empty. */
    static void makeFile(Path file, AuditSettings settings) throws IOException {
        Optional<Path> folder = Optional.ofNullable(file.getParent());
        if (folder.isPresent()) {
            Files.createDirectories(folder.get(), attribute(settings.dirMode()));
        }
        try {
            Files.createFile(file, attribute(settings.fileMode()));
        } catch (FileAlreadyExistsException e) {
            // It is appended to.
        }
    }

    private static FileAttribute<Set<PosixFilePermission>> attribute(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values();
        for (int i = 0; i < all.length; i++) {
            if ((mode & 0400 >> i) != 0) {
                permissions.add(all[i]);
            }
        }
        return PosixFilePermissions.asFileAttribute(permissions);
    }
}
