package io.flotilla.wire.message;

/** A request or a response. */
public interface ApiMessage extends Message {
    /** The number of the API it belongs to. */
    short apiKey();
}
