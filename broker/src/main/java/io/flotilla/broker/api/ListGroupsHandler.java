package io.flotilla.broker.api;

import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.broker.group.GroupMachine;
import io.flotilla.broker.group.ListedGroup;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ListGroupsRequest;
import io.flotilla.wire.message.ListGroupsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** ListGroups: the groups this broker coordinates. v4 filters by state (KIP-518), v5 by type (KIP-848). */
public final class ListGroupsHandler implements Handler<ListGroupsRequest, ListGroupsResponse> {
    /** The only type of group here. */
    private static final String TYPE = "classic";

    private final GroupCoordinators coordinators;

    public ListGroupsHandler(GroupCoordinators coordinators) {
        this.coordinators = coordinators;
    }

    @Override
    public ApiKey api() {
        return ApiKey.LIST_GROUPS;
    }

    @Override
    public CompletableFuture<ListGroupsResponse> handle(RequestContext context, ListGroupsRequest request) {
        return GroupCalls.reply(coordinators.readAll(GroupMachine::list), lists -> {
            List<ListGroupsResponse.Group> groups = new ArrayList<>();
            for (List<ListedGroup> list : lists) {
                for (ListedGroup group : list) {
                    if (passes(TYPE, request.typesFilter())
                            && passes(group.state().label(), request.statesFilter())) {
                        groups.add(listed(group));
                    }
                }
            }
            return ListGroupsResponse.builder().groups(groups).build();
        });
    }

    @Override
    public ListGroupsResponse error(
            RequestContext context, ListGroupsRequest request, ErrorCode error, String message) {
        return ListGroupsResponse.builder().errorCode(error.code()).build();
    }

    private static ListGroupsResponse.Group listed(ListedGroup group) {
        return ListGroupsResponse.Group.builder()
                .groupId(group.groupId())
                .protocolType(group.protocolType())
                .groupState(group.state().label())
                .groupType(TYPE)
                .build();
    }

    private static boolean passes(String value, List<String> filter) {
        return filter.isEmpty() || filter.stream().anyMatch(value::equalsIgnoreCase);
    }
}
