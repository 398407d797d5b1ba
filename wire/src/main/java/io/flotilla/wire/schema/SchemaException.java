package io.flotilla.wire.schema;

/** A definition that does not follow the language; the message says where and what. */
public final class SchemaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public SchemaException(String file, int line, String problem) {
        super(file + ":" + line + ": " + problem);
    }
}
