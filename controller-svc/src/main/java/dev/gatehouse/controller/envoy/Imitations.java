package dev.gatehouse.controller.envoy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Headers by which a client could pass for somebody else: a backend that takes "_" and "-" in names for the same, as CGI
 * and WSGI do, reads a client's {@code x_user} as the gateway's {@code x-user}.
 */
final class Imitations {
    /** A name with more of them has too many spellings for a route. */
    private static final int MAX_SEPARATORS = 6;

    private Imitations() {}

    /** The other spellings of headers that tell a backend who the client is, in order. */
    static Collection<String> of(Collection<String> headers) {
        Set<String> own = new LinkedHashSet<>();
        headers.forEach(name -> own.add(name.toLowerCase(Locale.ROOT)));
        Set<String> spellings = new TreeSet<>();
        for (String name : own) {
            if (name.chars().filter(Imitations::separates).count() <= MAX_SEPARATORS) {
                spellings.addAll(spellings(name));
            }
        }
        spellings.removeAll(own);
        return spellings;
    }

    private static List<String> spellings(String name) {
        List<String> all = new ArrayList<>(List.of(""));
        for (int i = 0; i < name.length(); i++) {
            char letter = name.charAt(i);
            List<String> longer = new ArrayList<>();
            for (String start : all) {
                if (separates(letter)) {
                    longer.add(start + '-');
                    longer.add(start + '_');
                } else {
                    longer.add(start + letter);
                }
            }
            all = longer;
        }
        return all;
    }

    private static boolean separates(int letter) {
        return letter == '-' || letter == '_';
    }
}
