package dev.gatehouse.controller.extension;

import dev.gatehouse.controller.extension.LuaLexer.LuaError;
import dev.gatehouse.controller.extension.LuaLexer.Token;
import dev.gatehouse.controller.extension.LuaLexer.Type;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The syntax of Lua as LuaJIT 2.1 reads it: Lua 5.1 with what Envoy's build has of 5.2: {@code goto}, empty statements,
 * {@code break} anywhere (the manual's section 8, "The Complete Syntax of Lua"). A recursive descent parser that keeps
 * only names.
 */
final class LuaSyntax {
    /** How deep a script may nest, as in LuaJIT (LJ_MAX_XLEVEL). */
    private static final int DEPTH = 200;

    /** How many local variables a function may have at a time (LJ_MAX_LOCVAR). */
    private static final int LOCALS = 200;

    private static final Map<String, Integer> BINARY = Map.ofEntries(
            Map.entry("or", 1),
            Map.entry("and", 2),
            Map.entry("<", 3),
            Map.entry(">", 3),
            Map.entry("<=", 3),
            Map.entry(">=", 3),
            Map.entry("~=", 3),
            Map.entry("==", 3),
            Map.entry("..", 5),
            Map.entry("+", 6),
            Map.entry("-", 6),
            Map.entry("*", 7),
            Map.entry("/", 7),
            Map.entry("%", 7),
            Map.entry("^", 10));

    private static final Set<String> RIGHT_ASSOCIATIVE = Set.of("..", "^");
    private static final int UNARY = 8;

    /**
     * The result of parsing a script.
     *
     * @param problem why Envoy could not load the script; empty: the syntax is valid
     * @param globals the global names that it uses
     * @param assigned the global names that it gives a value
     * @param ofOs the functions of the library {@code os} that it uses; "" stands for the whole library
     */
    record Result(Optional<String> problem, Set<String> globals, Set<String> assigned, Set<String> ofOs) {}

    /** A block: its local variables, its labels, and its gotos without a label so far. */
    private static final class Block {
        private final Set<String> locals = new HashSet<>();
        private final Set<String> labels = new HashSet<>();
        private final Map<String, Integer> gotos = new HashMap<>();
        private final boolean function;
        private final boolean loop;
        private int count;

        Block(boolean function, boolean loop) {
            this.function = function;
            this.loop = loop;
        }
    }

    /** Whether an expression may stand left of an assignment, or as a statement of its own. */
    private enum Form {
        VARIABLE,
        CALL,
        OTHER
    }

    private final LuaLexer lexer;
    private final Deque<Block> blocks = new ArrayDeque<>();
    private final Deque<Boolean> varargs = new ArrayDeque<>();
    private final Set<String> globals = new HashSet<>();
    private final Set<String> assigned = new HashSet<>();
    private final Set<String> ofOs = new HashSet<>();
    private Token token;
    private Token ahead;
    private int depth;

    private LuaSyntax(String code) throws LuaError {
        lexer = new LuaLexer(code);
        token = lexer.next();
        ahead = lexer.next();
    }

    /** Reads a script. */
    static Result read(String code) {
        try {
            LuaSyntax syntax = new LuaSyntax(code);
            syntax.varargs.push(true);
            syntax.block(true, false);
            if (syntax.token.type() != Type.END) {
                throw syntax.unexpected("the end of the script");
            }
            return new Result(Optional.empty(), syntax.globals, syntax.assigned, syntax.ofOs);
        } catch (LuaError e) {
            return new Result(Optional.ofNullable(e.getMessage()), Set.of(), Set.of(), Set.of());
        }
    }

    private void advance() throws LuaError {
        token = ahead;
        ahead = lexer.next();
    }

    private boolean take(String symbol) throws LuaError {
        if (!token.is(symbol)) {
            return false;
        }
        advance();
        return true;
    }

    private void expect(String symbol) throws LuaError {
        if (!take(symbol)) {
            throw unexpected("\"" + symbol + "\"");
        }
    }

    /** Reads the end of the construct that began in {@code line} with {@code opening}. */
    private void close(String symbol, String opening, int line) throws LuaError {
        if (!take(symbol)) {
            throw unexpected("\"" + symbol + "\""
                    + (line == token.line() ? "" : " to close \"" + opening + "\" of line " + line));
        }
    }

    private LuaError unexpected(String expected) {
        return new LuaError(token.line(), "expected " + expected + " before " + token.shown());
    }

    private String name() throws LuaError {
        if (token.type() != Type.NAME) {
            throw unexpected("a name");
        }
        String name = token.text();
        advance();
        return name;
    }

    private void enter() throws LuaError {
        depth++;
        if (depth > DEPTH) {
            throw new LuaError(token.line(), "more than " + DEPTH + " levels of nesting");
        }
    }

    private void block(boolean function, boolean loop, String... locals) throws LuaError {
        open(function, loop, locals);
        statements();
        leave();
    }

    private void open(boolean function, boolean loop, String... locals) throws LuaError {
        enter();
        blocks.push(new Block(function, loop));
        for (String local : locals) {
            declare(local);
        }
    }

    private void leave() throws LuaError {
        depth--;
        Block block = blocks.pop();
        for (Map.Entry<String, Integer> jump : block.gotos.entrySet()) {
            if (block.labels.contains(jump.getKey())) {
                continue;
            }
            if (block.function) {
                throw new LuaError(jump.getValue(), "undefined label \"" + jump.getKey() + "\"");
            }
            blocks.element().gotos.putIfAbsent(jump.getKey(), jump.getValue());
        }
    }

    private void declare(String local) throws LuaError {
        Block block = blocks.element();
        block.locals.add(local);
        block.count++;
        int count = 0;
        for (Block each : blocks) {
            count += each.count;
            if (each.function) {
                break;
            }
        }
        if (count > LOCALS) {
            throw new LuaError(token.line(), "more than " + LOCALS + " local variables in one function");
        }
    }

    private boolean isLocal(String name) {
        return blocks.stream().anyMatch(block -> block.locals.contains(name));
    }

    private boolean endsBlock() {
        return token.type() == Type.END
                || token.is("end")
                || token.is("else")
                || token.is("elseif")
                || token.is("until");
    }

    private void statements() throws LuaError {
        boolean last = false;
        while (!last && !endsBlock()) {
            last = statement();
            if (last) {
                take(";");
            }
        }
        if (last && !endsBlock()) {
            throw unexpected("the end of the block");
        }
    }

    /** Reads a statement; returns true if it must be the last of its block. */
    private boolean statement() throws LuaError {
        int line = token.line();
        if (take(";")) {
            return false;
        }
        if (take("goto")) {
            blocks.element().gotos.putIfAbsent(name(), line);
        } else if (take("if")) {
            condition("then");
            while (take("elseif")) {
                condition("then");
            }
            if (take("else")) {
                block(false, false);
            }
            close("end", "if", line);
        } else if (take("while")) {
            expression();
            expect("do");
            block(false, true);
            close("end", "while", line);
        } else if (take("do")) {
            block(false, false);
            close("end", "do", line);
        } else if (take("for")) {
            loop(line);
        } else if (take("repeat")) {
            open(false, true);
            statements();
            close("until", "repeat", line);
            // The condition sees the block's local variables.
            expression();
            leave();
        } else if (take("function")) {
            function(line);
        } else if (take("local")) {
            local(line);
        } else if (take("::")) {
            String label = name();
            expect("::");
            if (!blocks.element().labels.add(label)) {
                throw new LuaError(line, "the label \"" + label + "\" is there twice");
            }
        } else if (take("return")) {
            if (!endsBlock() && !token.is(";")) {
                expressions();
            }
            return true;
        } else if (take("break")) {
            checkInLoop(line);
        } else {
            expressionStatement();
        }
        return false;
    }

    private void condition(String then) throws LuaError {
        expression();
        expect(then);
        block(false, false);
    }

    private void checkInLoop(int line) throws LuaError {
        for (Block block : blocks) {
            if (block.loop) {
                return;
            }
            if (block.function) {
                break;
            }
        }
        throw new LuaError(line, "\"break\" is in no loop");
    }

    private void loop(int line) throws LuaError {
        String first = name();
        if (take("=")) {
            expression();
            expect(",");
            expression();
            if (take(",")) {
                expression();
            }
            expect("do");
            block(false, true, first);
        } else {
            Deque<String> names = new ArrayDeque<>();
            names.add(first);
            while (take(",")) {
                names.add(name());
            }
            expect("in");
            expressions();
            expect("do");
            block(false, true, names.toArray(String[]::new));
        }
        close("end", "for", line);
    }

    private void function(int line) throws LuaError {
        String name = name();
        boolean field = false;
        boolean method = false;
        while (!method && (token.is(".") || token.is(":"))) {
            method = token.is(":");
            field = true;
            advance();
            name();
        }
        if (!isLocal(name)) {
            globals.add(name);
            if (!field) {
                assigned.add(name);
            }
        }
        body(line, method);
    }

    private void local(int line) throws LuaError {
        if (take("function")) {
            declare(name());
            body(line, false);
            return;
        }
        Deque<String> names = new ArrayDeque<>();
        do {
            names.add(name());
        } while (take(","));
        if (take("=")) {
            expressions();
        }
        for (String each : names) {
            declare(each);
        }
    }

    /** The parameters and the block of a function. */
    private void body(int line, boolean method) throws LuaError {
        expect("(");
        open(true, false);
        if (method) {
            declare("self");
        }
        boolean vararg = false;
        if (!token.is(")")) {
            do {
                vararg = take("...");
                if (!vararg) {
                    declare(name());
                }
            } while (!vararg && take(","));
        }
        expect(")");
        varargs.push(vararg);
        statements();
        varargs.pop();
        leave();
        close("end", "function", line);
    }

    private void expressionStatement() throws LuaError {
        Optional<String> global =
                token.type() == Type.NAME && !isLocal(token.text()) ? Optional.of(token.text()) : Optional.empty();
        boolean bare = ahead.is("=") || ahead.is(",");
        Form form = suffixed();
        if (token.is("=") || token.is(",")) {
            if (form != Form.VARIABLE) {
                throw new LuaError(token.line(), "cannot assign to what stands before " + token.shown());
            }
            if (bare) {
                global.ifPresent(assigned::add);
            }
            while (take(",")) {
                if (suffixed() != Form.VARIABLE) {
                    throw new LuaError(token.line(), "cannot assign to what stands before " + token.shown());
                }
            }
            expect("=");
            expressions();
        } else if (form != Form.CALL) {
            throw unexpected("\"=\" or a call");
        }
    }

    private void expressions() throws LuaError {
        do {
            expression();
        } while (take(","));
    }

    private void expression() throws LuaError {
        expression(0);
    }

    private void expression(int limit) throws LuaError {
        enter();
        if (token.is("not") || token.is("-") || token.is("#")) {
            advance();
            expression(UNARY);
        } else {
            simple();
        }
        while (isBinary() && BINARY.getOrDefault(token.text(), 0) > limit) {
            String operator = token.text();
            advance();
            int level = BINARY.getOrDefault(operator, 0);
            expression(RIGHT_ASSOCIATIVE.contains(operator) ? level - 1 : level);
        }
        depth--;
    }

    private boolean isBinary() {
        return (token.type() == Type.SYMBOL || token.type() == Type.KEYWORD) && BINARY.containsKey(token.text());
    }

    private void simple() throws LuaError {
        if (token.type() == Type.NUMBER || token.type() == Type.STRING) {
            advance();
        } else if (token.is("nil") || token.is("true") || token.is("false")) {
            advance();
        } else if (token.is("...")) {
            if (!varargs.element()) {
                throw new LuaError(token.line(), "\"...\" is in a function that has no such parameter");
            }
            advance();
        } else if (token.is("{")) {
            table();
        } else if (token.is("function")) {
            int line = token.line();
            advance();
            body(line, false);
        } else {
            suffixed();
        }
    }

    private void table() throws LuaError {
        int line = token.line();
        enter();
        expect("{");
        while (!token.is("}")) {
            if (take("[")) {
                expression();
                expect("]");
                expect("=");
                expression();
            } else if (token.type() == Type.NAME && ahead.is("=")) {
                advance();
                advance();
                expression();
            } else {
                expression();
            }
            if (!take(",") && !take(";")) {
                break;
            }
        }
        close("}", "{", line);
        depth--;
    }

    private Form suffixed() throws LuaError {
        Form form = primary();
        while (true) {
            if (take(".")) {
                name();
                form = Form.VARIABLE;
            } else if (take("[")) {
                expression();
                expect("]");
                form = Form.VARIABLE;
            } else if (take(":")) {
                name();
                arguments();
                form = Form.CALL;
            } else if (token.is("(") || token.is("{") || token.type() == Type.STRING) {
                arguments();
                form = Form.CALL;
            } else {
                return form;
            }
        }
    }

    private Form primary() throws LuaError {
        if (token.is("(")) {
            int line = token.line();
            advance();
            expression();
            close(")", "(", line);
            return Form.OTHER;
        }
        String name = name();
        if (!isLocal(name)) {
            globals.add(name);
            if (name.equals("os")) {
                ofOs.add(token.is(".") && ahead.type() == Type.NAME ? ahead.text() : "");
            }
        }
        return Form.VARIABLE;
    }

    private void arguments() throws LuaError {
        if (token.type() == Type.STRING) {
            advance();
        } else if (token.is("{")) {
            table();
        } else {
            int line = token.line();
            expect("(");
            if (!token.is(")")) {
                expressions();
            }
            close(")", "(", line);
        }
    }
}
