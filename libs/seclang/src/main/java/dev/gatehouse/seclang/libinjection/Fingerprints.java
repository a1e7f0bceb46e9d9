package dev.gatehouse.seclang.libinjection;

import java.util.List;

/** The fingerprints of attacks. Immutable. */
final class Fingerprints {
    private static final int LONGEST = 5;

    /** Packed fingerprints by hash; 0: free. At most half of them are taken. */
    private final long[] slots;

    Fingerprints(List<String> fingerprints) {
        slots = new long[Integer.highestOneBit(Math.max(fingerprints.size(), 1)) * 4];
        for (String fingerprint : fingerprints) {
            long packed = 0;
            for (int i = 0; i < fingerprint.length(); i++) {
                packed = append(packed, fingerprint.charAt(i));
            }
            if (packed == 0 || fingerprint.length() > LONGEST) {
                throw new IllegalArgumentException("\"" + fingerprint + "\" (expected: 1 to " + LONGEST + " types)");
            }
            int slot = slot(packed);
            while (slots[slot] != 0) {
                slot = (slot + 1) & (slots.length - 1);
            }
            slots[slot] = packed;
        }
    }

    /** The packed fingerprint with one more type of token, whose case does not matter. */
    static long append(long packed, int type) {
        return packed << Byte.SIZE | (type >= 'a' && type <= 'z' ? type - 32 : type);
    }

    boolean contains(long packed) {
        int slot = slot(packed);
        while (slots[slot] != 0) {
            if (slots[slot] == packed) {
                return true;
            }
            slot = (slot + 1) & (slots.length - 1);
        }
        return false;
    }

    private int slot(long packed) {
        return (int) ((packed * 0x9E3779B97F4A7C15L) >>> 40) & (slots.length - 1);
    }
}
