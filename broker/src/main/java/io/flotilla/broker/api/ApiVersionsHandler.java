package io.flotilla.broker.api;

import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiVersionsRequest;
import io.flotilla.wire.message.ApiVersionsResponse;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * ApiVersions: which APIs in which versions a client may use. No feature levels are named, so clients use the classic group
 * protocol and transactions of the first version (KIP-584 takes a missing feature as level 0).
 */
final class ApiVersionsHandler implements Handler<ApiVersionsRequest, ApiVersionsResponse> {
    private static final short FIRST_WITH_SOFTWARE_NAME = 3;
    /** What the name and version of a client's software may look like (KIP-511). */
    private static final Pattern SOFTWARE = Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");

    private final ApiVersionsResponse answer;

    ApiVersionsHandler(List<ApiKey> advertised) {
        this.answer = ApiVersionsResponse.builder()
                .apiKeys(advertised.stream()
                        .sorted(Comparator.comparing(ApiKey::number))
                        .map(ApiVersionsHandler::range)
                        .toList())
                .build();
    }

    private static ApiVersionsResponse.ApiVersion range(ApiKey api) {
        return ApiVersionsResponse.ApiVersion.builder()
                .apiKey(api.number())
                .minVersion(api.lowestAdvertisedVersion())
                .maxVersion(api.highestVersion())
                .build();
    }

    /**
     * What to tell, in version 0, a client that asked in a version this broker does not know: the versions of ApiVersions
     * itself, so that it can ask again (KIP-511).
     */
    static ApiVersionsResponse unsupportedVersion() {
        return ApiVersionsResponse.builder()
                .errorCode(ErrorCode.UNSUPPORTED_VERSION.code())
                .apiKeys(List.of(range(ApiKey.API_VERSIONS)))
                .build();
    }

    @Override
    public ApiKey api() {
        return ApiKey.API_VERSIONS;
    }

    @Override
    public CompletableFuture<ApiVersionsResponse> handle(RequestContext context, ApiVersionsRequest request) {
        boolean named = context.apiVersion() >= FIRST_WITH_SOFTWARE_NAME;
        if (named
                && !(SOFTWARE.matcher(request.clientSoftwareName()).matches()
                        && SOFTWARE.matcher(request.clientSoftwareVersion()).matches())) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "the client's software name or version is malformed");
        }
        return CompletableFuture.completedFuture(answer);
    }

    @Override
    public ApiVersionsResponse error(
            RequestContext context, ApiVersionsRequest request, ErrorCode error, String message) {
        return ApiVersionsResponse.builder().errorCode(error.code()).build();
    }
}
