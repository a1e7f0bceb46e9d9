package dev.gatehouse.standalone;

import dev.gatehouse.controller.text.YamlText;
import io.vertx.core.json.Json;
import java.io.PrintWriter;
import java.util.List;

/** How trees are printed. */
enum OutputFormat {
    yaml {
        @Override
        void printDocuments(List<?> trees, PrintWriter out) {
            trees.forEach(tree -> {
                out.println("---");
                out.print(YamlText.of(tree));
            });
        }

        @Override
        void print(Object tree, PrintWriter out) {
            out.print(YamlText.of(tree));
        }
    },
    json {
        @Override
        void printDocuments(List<?> trees, PrintWriter out) {
            trees.forEach(tree -> out.println(Json.encodePrettily(tree)));
        }

        @Override
        void print(Object tree, PrintWriter out) {
            out.println(Json.encodePrettily(tree));
        }
    };

    /** One document after the other. */
    abstract void printDocuments(List<?> trees, PrintWriter out);

    /** One tree. */
    abstract void print(Object tree, PrintWriter out);
}
