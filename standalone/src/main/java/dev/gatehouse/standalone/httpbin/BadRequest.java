package dev.gatehouse.standalone.httpbin;

/** A path or a query that cannot be understood; the message goes to the client. */
final class BadRequest extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private BadRequest(String message) {
        super(message);
    }

    /** @param what the name of the number in the message */
    static int number(String what, String text, int min, int max) {
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= min) {
                return Math.min(number, max);
            }
        } catch (NumberFormatException e) {
            throw new BadRequest(what + " \"" + text + "\" is not a number of " + min + " or more");
        }
        throw new BadRequest(what + " \"" + text + "\" is not a number of " + min + " or more");
    }

    static double seconds(String what, String text, double max) {
        try {
            double number = Double.parseDouble(text.strip());
            if (number >= 0) {
                return Math.min(number, max);
            }
        } catch (NumberFormatException e) {
            throw new BadRequest(what + " \"" + text + "\" is not a number of seconds");
        }
        throw new BadRequest(what + " \"" + text + "\" is not a number of seconds");
    }
}
