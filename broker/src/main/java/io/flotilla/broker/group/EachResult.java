package io.flotilla.broker.group;

import io.flotilla.wire.frame.ErrorCode;
import java.util.List;

/**
 * Answer to a request about several things.
 *
 * @param error for the request as a whole
 * @param each one for each thing, in the order asked; empty if the whole request failed
 */
public record EachResult(ErrorCode error, List<ErrorCode> each) {
    static EachResult failed(ErrorCode error) {
        return new EachResult(error, List.of());
    }

    static EachResult of(List<ErrorCode> each) {
        return new EachResult(ErrorCode.NONE, each);
    }
}
