package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.transform.Transformation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a value is, or has become by transformations, and what further ones make of it. Ways that lead to equal bytes lead to the
 * same text, so that nothing is looked for twice. Used by one thread.
 */
final class Text {
    private final Bytes bytes;
    /** The value itself, from which all texts of it are chained. */
    private final Text root;

    private @Nullable Text nextOfRoot;
    private @Nullable Step steps;
    private @Nullable ByteSet present;
    private long changing;

    /** What a transformation has made of a text. */
    private record Step(
            Transformation transformation,
            Text result,
            @Nullable Step next) {}

    private Text(Bytes bytes, @Nullable Text root) {
        this.bytes = bytes;
        this.root = root == null ? this : root;
    }

    static Text of(Bytes value) {
        return new Text(value, null);
    }

    Bytes bytes() {
        return bytes;
    }

    /** After all transformations of the chain. */
    Text after(Chain chain) {
        if (!chain.mayChange(this)) {
            return this;
        }
        Text text = this;
        List<Transformation> transformations = chain.transformations();
        for (int i = 0; i < transformations.size(); i++) {
            text = text.then(transformations.get(i));
        }
        return text;
    }

    /** The bytes that it has. */
    ByteSet present() {
        ByteSet known = present;
        if (known == null) {
            known = ByteSet.in(bytes);
            changing = Transformation.mayChange(known);
            present = known;
        }
        return known;
    }

    /** The bits of the transformations that may change it. */
    long changing() {
        present();
        return changing;
    }

    /** After the transformation. */
    Text then(Transformation transformation) {
        if ((transformation.bit() & changing()) == 0) {
            return this;
        }
        for (Step step = steps; step != null; step = step.next) {
            if (step.transformation == transformation) {
                return step.result;
            }
        }
        Bytes changed = transformation.apply(bytes);
        Text result = changed == bytes ? this : known(changed);
        steps = new Step(transformation, result, steps);
        return result;
    }

    private Text known(Bytes result) {
        for (Text text = root; text != null; text = text.nextOfRoot) {
            if (text.bytes.equals(result)) {
                return text;
            }
        }
        Text made = new Text(result, root);
        made.nextOfRoot = root.nextOfRoot;
        root.nextOfRoot = made;
        return made;
    }
}
