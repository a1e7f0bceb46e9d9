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
        void printList(List<?> trees, PrintWriter out) {
            out.print(YamlText.of(trees));
        }
    },
    json {
        @Override
        void printDocuments(List<?> trees, PrintWriter out) {
            trees.forEach(tree -> out.println(Json.encodePrettily(tree)));
        }

        @Override
        void printList(List<?> trees, PrintWriter out) {
            out.println(Json.encodePrettily(trees));
        }
    };

    /** One document after the other. */
    abstract void printDocuments(List<?> trees, PrintWriter out);

    /** One list. */
    abstract void printList(List<?> trees, PrintWriter out);
}
