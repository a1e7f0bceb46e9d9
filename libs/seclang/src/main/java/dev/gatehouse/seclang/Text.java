package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.transform.Transformation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value or a transformed value, with cached results of further transformations. Transformations with equal results
 * lead to the same text object, so that no text is searched twice. Used by one thread.
 */
final class Text {
    private final Bytes bytes;
    /** The value itself, which links to all of its texts. */
    private final Text root;

    private @Nullable Text nextOfRoot;
    private @Nullable Step steps;
    private @Nullable ByteSet present;
    private long changing;

    /** The result of a transformation of a text. */
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

    /** The text after all transformations of the chain. */
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

    /** The set of bytes that occur in the text. */
    ByteSet present() {
        ByteSet known = present;
        if (known == null) {
            known = ByteSet.in(bytes);
            changing = Transformation.mayChange(known);
            present = known;
        }
        return known;
    }

    /** The bits of the transformations that may change the text. */
    long changing() {
        present();
        return changing;
    }

    /** The text after the transformation. */
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
