/**
 * The group coordinator: consumer groups and their offsets as a state machine on the partitions of {@code __consumer_offsets}.
 *
 * <p>{@link io.flotilla.broker.group.GroupCoordinators} finds the machine of a group; {@link
 * io.flotilla.broker.group.GroupMachine} is one partition's groups. Rules of the classic group protocol are in {@code Joins},
 * {@code Membership} and {@code Rebalances}, offsets in {@code Offsets}, the log format in {@code GroupRecords}. Requests and
 * responses here are the coordinator's own small records; what they look like on the wire is {@code broker.api}'s affair.
 */
package io.flotilla.broker.group;
