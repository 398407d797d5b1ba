package io.flotilla.broker.partition;

import io.flotilla.log.Damage;
import io.flotilla.log.DamagedSpot;
import io.flotilla.log.PartitionLog;
import io.flotilla.log.RepairResult;
import io.flotilla.wire.message.RangeChecksumResponse;
import io.netty.buffer.ByteBuf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repairs what reads of one replica found damaged, with committed entries of its peers, segment by segment. The replica stays
 * open meanwhile: what is damaged is served to nobody, for every read checks what it reads, and what a leader cannot read
 * another leader can. Without a peer that has the entries it tries again for as long as the replica is open. On the
 * replica's loop only.
 */
final class ReplicaRepair {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaRepair.class);
    private static final long RETRY_MS = 2_000;
    /** With fewer, the group could not elect a leader without this replica. */
    private static final int LEAST_OTHERS = 2;

    private final Replica replica;
    private final PartitionLog log;
    private final PeerCopies peers;

    /** Damaged segment files, the first of which is being repaired. */
    private final Map<Path, Damage> damaged = new LinkedHashMap<>();

    ReplicaRepair(Replica replica, PartitionLog log, PeerCopies peers) {
        this.replica = replica;
        this.log = log;
        this.peers = peers;
    }

    /** Something is damaged that is not repaired yet. */
    boolean isNeeded() {
        return !damaged.isEmpty();
    }

    /** A read found damage. */
    void found(Damage damage) {
        if (!replica.isServing() || damaged.putIfAbsent(damage.file(), damage) != null) {
            return;
        }
        LOG.error("{}: damaged: {}. It is not served, and repaired from other replicas", replica.name(), damage);
        peers.damageFound();
        if (damaged.size() == 1) {
            look();
        }
    }

    /** Looks for damage in the first of the segments. */
    private void look() {
        if (!replica.isServing() || damaged.isEmpty()) {
            damaged.clear();
            return;
        }
        replica.giveUpLeading();
        Damage damage = damaged.values().iterator().next();
        log.findDamage(damage).whenComplete((spot, failure) -> {
            if (failure != null) {
                later(damage, failure.toString());
            } else if (spot != null) {
                fill(damage, spot, members(), 0);
            } else {
                damaged.remove(damage.file());
                LOG.info("{}: {} is whole", replica.name(), damage.file());
                look();
            }
        });
    }

    private List<Integer> members() {
        List<Integer> members = new ArrayList<>();
        replica.group().core().configuration().members().forEach(members::add);
        members.retainAll(peers.others());
        return members;
    }

    /** Asks a member for what belongs to the spot, and the next one if that does not help. */
    private void fill(Damage damage, DamagedSpot spot, List<Integer> members, int next) {
        if (next == members.size()) {
            later(damage, "none of the replicas on brokers " + members + " has what belongs at index " + spot.index());
            considerRebuild(spot, members);
            return;
        }
        int member = members.get(next);
        peers.read(member, replica.id(), spot.index())
                .whenCompleteAsync(
                        (batches, failure) -> {
                            if (failure == null) {
                                put(damage, spot, batches, members, next);
                            } else {
                                fill(damage, spot, members, next + 1);
                            }
                        },
                        replica.loop());
    }

    private void put(Damage damage, DamagedSpot spot, ByteBuf batches, List<Integer> members, int next) {
        log.repair(spot, batches).thenAccept(result -> {
            if (result instanceof RepairResult.Continued continued) {
                fill(damage, continued.next(), members, next);
            } else if (result instanceof RepairResult.Repaired) {
                LOG.warn(
                        "{}: repaired {} from byte {} on with what broker {} has",
                        replica.name(),
                        damage.file(),
                        spot.position(),
                        members.get(next));
                peers.damageRepaired();
                look();
            } else {
                LOG.warn("{}: not repaired from broker {}: {}", replica.name(), members.get(next), result);
                fill(damage, spot, members, next + 1);
            }
        });
    }

    /**
     * Where the log is compacted, here or on the others, the others hold other bytes, and what they have dropped depends on all
     * that they hold: it is all of a log or nothing. All of it is fetched if every other replica has all that this one knows to be
     * committed, and a majority does not need this one. Of several that are damaged the one with the lowest id goes first, and
     * the next when that is a full member again.
     */
    private void considerRebuild(DamagedSpot spot, List<Integer> members) {
        long committed = log.committedIndex();
        peers.positions(members, replica.id())
                .whenCompleteAsync(
                        (positions, failure) -> {
                            boolean canGo = failure == null
                                    && members.size() >= LEAST_OTHERS
                                    && members.size() + 1
                                            == replica.group()
                                                    .core()
                                                    .configuration()
                                                    .members()
                                                    .size()
                                    && positions.entrySet().stream().allMatch(other -> {
                                        RangeChecksumResponse answer = other.getValue();
                                        boolean goesFirst = answer.repairing() && peers.isBefore(other.getKey());
                                        return answer.durableIndex() >= committed && !goesFirst;
                                    });
                            boolean compacted = canGo
                                    && (spot.index() <= log.alteredIndex()
                                            || positions.values().stream()
                                                    .anyMatch(other -> other.alteredIndex() >= spot.index()));
                            if (compacted && replica.isServing() && !replica.isLeading()) {
                                replica.beginAnew();
                            }
                        },
                        replica.loop());
    }

    private void later(Damage damage, String why) {
        LOG.warn("{}: {} stays damaged for now: {}", replica.name(), damage.file(), why);
        replica.loop().schedule(this::look, RETRY_MS);
    }
}
