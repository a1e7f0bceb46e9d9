package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import java.util.Optional;
import java.util.function.Predicate;

/** Operators that match numbers with check digits: numbers of credit cards, and national identity numbers. */
final class IdentityNumbers {
    private static final int[] SVNR_WEIGHTS = {3, 7, 9, 0, 5, 8, 4, 2, 1, 6};

    private IdentityNumbers() {}

    /** Matches the regular expression's matches whose digits pass {@code check}. */
    static Operator operator(Span argument, Predicate<int[]> check) throws SecLangException {
        return operator(RegularExpression.compile(argument), text -> check.test(digits(text)));
    }

    private static Operator operator(RegularExpression expression, Predicate<Bytes> check) {
        return (value, context) -> {
            Optional<Bytes> number = expression.first(value, check, context);
            if (number.isPresent() && context.capturing()) {
                context.capture(0, number.get());
            }
            return number.isPresent();
        };
    }

    /** {@code @validateNid cl pattern} or {@code us pattern}. */
    static Operator nationalId(Span argument) throws SecLangException {
        int space = argument.text().indexOf(' ');
        String country = space < 0 ? argument.text() : argument.text().substring(0, space);
        if (space < 0 || !(country.equals("cl") || country.equals("us"))) {
            throw argument.error("@validateNid " + argument + " (expected: cl or us, and a regular expression)");
        }
        RegularExpression expression = RegularExpression.compile(
                argument.part(space + 1, argument.text().length()).trimmed());
        return operator(expression, country.equals("cl") ? IdentityNumbers::isRut : text -> isSsn(digits(text)));
    }

    private static int[] digits(Bytes text) {
        return text.chars().filter(Ascii::isDigit).map(c -> c - '0').toArray();
    }

    /** ISO/IEC 7812, annex B: Luhn's sum. */
    static boolean isCard(int[] digits) {
        int sum = 0;
        for (int i = 0; i < digits.length; i++) {
            int digit = digits[digits.length - 1 - i];
            int weighed = i % 2 == 0 ? digit : digit * 2;
            sum += weighed > 9 ? weighed - 9 : weighed;
        }
        return digits.length > 0 && sum % 10 == 0;
    }

    /** Brazil's Cadastro de Pessoas Físicas: two check digits, modulo 11. */
    static boolean isCpf(int[] digits) {
        return digits.length == 11
                && !isOneDigit(digits)
                && cpfCheck(digits, 9) == digits[9]
                && cpfCheck(digits, 10) == digits[10];
    }

    private static int cpfCheck(int[] digits, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += digits[i] * (length + 1 - i);
        }
        int rest = sum % 11;
        return rest < 2 ? 0 : 11 - rest;
    }

    /** The USA's Social Security Number. Areas that were never assigned, and obviously invented numbers, do not match. */
    static boolean isSsn(int[] digits) {
        if (digits.length != 9) {
            return false;
        }
        int area = digits[0] * 100 + digits[1] * 10 + digits[2];
        int group = digits[3] * 10 + digits[4];
        int serial = digits[5] * 1000 + digits[6] * 100 + digits[7] * 10 + digits[8];
        return area != 0
                && area < 740
                && area != 666
                && group != 0
                && serial != 0
                && !isOneDigit(digits)
                && !isSequence(digits);
    }

    private static boolean isOneDigit(int[] digits) {
        for (int digit : digits) {
            if (digit != digits[0]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSequence(int[] digits) {
        for (int i = 1; i < digits.length; i++) {
            if (digits[i] != digits[i - 1] + 1) {
                return false;
            }
        }
        return true;
    }

    /** Austria's Sozialversicherungsnummer: the fourth digit checks the others, modulo 11. */
    static boolean isSvnr(int[] digits) {
        if (digits.length != SVNR_WEIGHTS.length) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < digits.length; i++) {
            sum += digits[i] * SVNR_WEIGHTS[i];
        }
        return sum % 11 == digits[3] && !isOneDigit(digits);
    }

    /** Chile's Rol Único Tributario: the last digit, which may be k, checks the others, modulo 11. */
    private static boolean isRut(Bytes text) {
        StringBuilder number = new StringBuilder();
        text.chars().map(Ascii::lower).filter(c -> Ascii.isDigit(c) || c == 'k').forEach(c -> number.append((char) c));
        if (text.length() < 8 || number.length() < 2) {
            return false;
        }
        int sum = 0;
        int weight = 2;
        for (int i = number.length() - 2; i >= 0; i--) {
            sum += Ascii.hex(number.charAt(i)) * weight;
            weight = weight == 7 ? 2 : weight + 1;
        }
        int rest = sum % 11;
        char check = rest == 0 ? '0' : rest == 1 ? 'k' : (char) ('0' + 11 - rest);
        return check == number.charAt(number.length() - 1);
    }
}
