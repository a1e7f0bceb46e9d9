package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;
import org.xml.sax.SAXException;

/** {@code @validateSchema file.xsd}: matches a document that is not valid. Nothing outside of the schema and the document is read. */
final class XmlSchema {
    private XmlSchema() {}

    static Operator operator(Span argument, OperatorFiles files) throws SecLangException {
        Bytes text = files.read(argument);
        Schema schema;
        try {
            SchemaFactory factory = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            schema = factory.newSchema(new StreamSource(new ByteArrayInputStream(text.toArray())));
        } catch (SAXException e) {
            throw argument.error("\"" + argument + "\" is no XML schema: " + e.getMessage());
        }
        return (value, context) -> value.length() > 0 && !isValid(schema, value);
    }

    private static boolean isValid(Schema schema, Bytes document) {
        try {
            Validator validator = schema.newValidator();
            validator.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            validator.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            validator.validate(new StreamSource(new ByteArrayInputStream(document.toArray())));
            return true;
        } catch (SAXException | IOException e) {
            return false;
        }
    }
}
