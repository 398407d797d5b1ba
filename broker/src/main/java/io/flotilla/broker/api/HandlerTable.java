package io.flotilla.broker.api;

import io.flotilla.broker.metrics.Metrics;
import io.flotilla.wire.frame.ApiKey;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every API this broker answers. What ApiVersions tells clients is made from it, so it cannot differ from what is answered.
 * Immutable.
 */
public final class HandlerTable {
    private final Map<ApiKey, Route> routes = new EnumMap<>(ApiKey.class);

    /**
     * The given handlers, and two that the table knows best itself: ApiVersions, and Forward for those
     * {@linkplain Handler#onController() on the controller}.
     *
     * @throws IllegalArgumentException when two handlers answer one API
     */
    public HandlerTable(List<Handler<?, ?>> handlers, Metrics metrics) {
        List<ApiKey> advertised = new ArrayList<>();
        Map<ApiKey, Route> onController = new EnumMap<>(ApiKey.class);
        for (Handler<?, ?> handler : handlers) {
            Route route = add(handler, metrics);
            if (handler.advertised()) {
                advertised.add(handler.api());
            }
            if (handler.onController()) {
                onController.put(handler.api(), route);
            }
        }
        advertised.add(ApiKey.API_VERSIONS);
        add(new ApiVersionsHandler(advertised), metrics);
        add(new ForwardHandler(onController), metrics);
    }

    private Route add(Handler<?, ?> handler, Metrics metrics) {
        Route route = new Route(handler, metrics.api(handler.api().title()));
        if (routes.put(handler.api(), route) != null) {
            throw new IllegalArgumentException("two handlers for " + handler.api());
        }
        return route;
    }

    /** The route of the API with this number, if this broker answers it. */
    Optional<Route> route(short apiNumber) {
        return ApiKey.of(apiNumber).map(routes::get);
    }
}
