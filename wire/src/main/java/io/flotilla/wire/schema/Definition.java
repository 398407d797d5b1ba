package io.flotilla.wire.schema;

import java.util.List;

/**
 * One message: what becomes one Java record.
 *
 * @param source the file it was read from, for documentation
 * @param apiKey the API's number, or -1 for kind {@code DATA}
 * @param flexible the flexible versions (KIP-482)
 * @param root the message's own fields, under the message's name
 * @param structs every nested struct, each once, in order of definition
 */
public record Definition(String source, Kind kind, int apiKey, Versions flexible, Struct root, List<Struct> structs) {

    /** What a message is used for. */
    public enum Kind {
        REQUEST,
        RESPONSE,
        DATA
    }

    public String name() {
        return root.name();
    }

    public Versions versions() {
        return root.versions();
    }
}
