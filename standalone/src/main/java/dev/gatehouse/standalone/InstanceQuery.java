package dev.gatehouse.standalone;

import dev.gatehouse.standalone.instance.InstanceOptions;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks the instance on this machine, or a cluster, and prints the answer for people or as a tree. */
abstract class InstanceQuery implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    InstanceOptions instance;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "yaml|json",
            description = "Print everything in this form instead of a text for people.")
    private @Nullable OutputFormat output;

    /**
     * Prints the answer.
     *
     * @param tree lists, maps, texts, numbers and booleans; asked for where the user wants a tree
     * @param text prints for people
     */
    final void print(Supplier<?> tree, Consumer<PrintWriter> text) {
        PrintWriter out = spec.commandLine().getOut();
        if (output == null) {
            text.accept(out);
        } else {
            output.print(tree.get(), out);
        }
        out.flush();
    }
}
