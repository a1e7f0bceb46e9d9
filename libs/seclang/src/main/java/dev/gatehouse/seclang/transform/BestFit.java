package dev.gatehouse.seclang.transform;

import java.text.Normalizer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The byte that a Windows server makes of a UTF-16 unit that has none in its code page: the letter without its accent, straight
 * quotes for typographic ones, ASCII for full width. What fits nothing is its lower byte, as ModSecurity has it.
 */
final class BestFit {
    /**
     * The mappings of the 256 units with equal upper byte. A page is made when its first unit occurs, since decomposing
     * letters takes long.
     */
    private static final AtomicReferenceArray<byte @Nullable []> PAGES = new AtomicReferenceArray<>(256);

    private BestFit() {}

    static int byteFor(int unit) {
        if (unit < 0x80) {
            return unit;
        }
        byte[] page = PAGES.get(unit >> 8);
        if (page == null) {
            page = new byte[256];
            for (int i = 0; i < page.length; i++) {
                page[i] = (byte) find((unit & 0xff00) + i);
            }
            PAGES.set(unit >> 8, page);
        }
        return page[unit & 0xff] & 0xff;
    }

    private static int find(int unit) {
        if (unit >= 0xff01 && unit <= 0xff5e) {
            return unit - 0xff01 + 0x21;
        }
        return switch (unit) {
            case 0x2018, 0x2019, 0x201a, 0x201b, 0x2032, 0x02b9, 0x02bb, 0x02bc, 0x02c8 -> '\'';
            case 0x201c, 0x201d, 0x201e, 0x02ba, 0x2033 -> '"';
            case 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212 -> '-';
            case 0x2044, 0x2215 -> '/';
            case 0x2039, 0x2329, 0x3008 -> '<';
            case 0x203a, 0x232a, 0x3009 -> '>';
            case 0x2024 -> '.';
            case 0x2216 -> '\\';
            case 0x2223 -> '|';
            case 0xa0 -> ' ';
            case 0xa1 -> '!';
            case 0xa2 -> 'c';
            case 0xa9 -> 'C';
            case 0xa4 -> '$';
            case 0xa5 -> 'Y';
            case 0xa6 -> '|';
            case 0xaa, 0xe6 -> 'a';
            case 0xab -> '<';
            case 0xad -> '-';
            case 0xae -> 'R';
            case 0xb2 -> '2';
            case 0xb3 -> '3';
            case 0xb7 -> '.';
            case 0xb8 -> ',';
            case 0xb9 -> '1';
            case 0xba, 0xf8 -> 'o';
            case 0xbb -> '>';
            case 0xc6 -> 'A';
            case 0xd0 -> 'D';
            case 0xd8 -> 'O';
            default -> letter(unit);
        };
    }

    private static int letter(int unit) {
        String parts = Normalizer.normalize(Character.toString(unit), Normalizer.Form.NFD);
        return parts.length() > 1 && parts.charAt(0) < 0x80 ? parts.charAt(0) : unit & 0xff;
    }
}
