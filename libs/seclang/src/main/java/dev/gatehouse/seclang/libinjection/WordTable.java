package dev.gatehouse.seclang.libinjection;

import dev.gatehouse.seclang.bytes.Ascii;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Words in capital ASCII letters, each with a type. Immutable; finding one allocates nothing. */
final class WordTable {
    /** What {@link #find} answers for anything else. */
    static final int NONE = -1;

    /** The words, indexed by their numbers. */
    private final byte[][] words;

    private final byte[] types;
    /** Numbers of words plus one, by hash; 0: free. At most half of them are taken. */
    private final short[] slots;

    private final int longest;
    /** The lengths, as bits, of the words that begin with each byte. */
    private final long[] lengths = new long[256];
    /** Whether a byte is the first of a phrase, which is words with a space between them. */
    private final boolean[] beginsPhrase = new boolean[256];
    /** Whether a byte is the first of another word of a phrase. */
    private final boolean[] continuesPhrase = new boolean[256];

    WordTable(Map<String, Character> typesOfWords) {
        words = new byte[typesOfWords.size()][];
        types = new byte[words.length];
        slots = new short[Integer.highestOneBit(Math.max(words.length, 1)) * 4];
        int number = 0;
        int most = 0;
        for (Map.Entry<String, Character> entry : typesOfWords.entrySet()) {
            byte[] word = entry.getKey().getBytes(StandardCharsets.ISO_8859_1);
            words[number] = word;
            types[number] = (byte) entry.getValue().charValue();
            most = Math.max(most, word.length);
            lengths[word[0] & 0xff] |= 1L << word.length;
            for (int i = 1; i < word.length; i++) {
                if (word[i - 1] == ' ') {
                    beginsPhrase[word[0] & 0xff] = true;
                    continuesPhrase[word[i] & 0xff] = true;
                }
            }
            int slot = hash(word, 0, word.length) & (slots.length - 1);
            while (slots[slot] != 0) {
                slot = (slot + 1) & (slots.length - 1);
            }
            slots[slot] = (short) ++number;
        }
        longest = most;
    }

    /** The number of the word that the first {@code length} bytes, in any case, are; else {@link #NONE}. */
    int find(byte[] word, int length) {
        return find(word, 0, length);
    }

    /** The number of the word that {@code text[from, to)}, in any case, is; else {@link #NONE}. */
    int find(byte[] text, int from, int to) {
        if (from >= to || !mayHave(Ascii.upper(text[from]), to - from)) {
            return NONE;
        }
        int slot = hash(text, from, to) & (slots.length - 1);
        while (slots[slot] != 0) {
            if (isWord(words[slots[slot] - 1], text, from, to)) {
                return slots[slot] - 1;
            }
            slot = (slot + 1) & (slots.length - 1);
        }
        return NONE;
    }

    private static boolean isWord(byte[] word, byte[] text, int from, int to) {
        if (word.length != to - from) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (word[i] != Ascii.upper(text[from + i])) {
                return false;
            }
        }
        return true;
    }

    /** Whether a word so long begins with the byte. */
    private boolean mayHave(int first, int length) {
        return length <= longest && (lengths[first & 0xff] >>> length & 1) != 0;
    }

    /** The type of a word by its number; 0 for {@link #NONE}. */
    int type(int number) {
        return number == NONE ? 0 : types[number];
    }

    /** Whether a phrase may have words with these first bytes: none has signs, which saves looking them up. */
    boolean mayBePhrase(int first, int second) {
        return beginsPhrase[first & 0xff] && continuesPhrase[second & 0xff];
    }

    byte[] word(int number) {
        return words[number];
    }

    private static int hash(byte[] text, int from, int to) {
        int hash = to - from;
        for (int i = from; i < to; i++) {
            hash = hash * 31 + Ascii.upper(text[i]);
        }
        return hash ^ (hash >>> 11);
    }
}
