package io.flotilla.broker.partition;

import io.flotilla.log.LogRules;
import io.flotilla.raft.core.SafetyRules;

/** The rules that replicas keep to. Nobody but a test that proves that wrong ones are noticed runs any but {@link #ALL}. */
public record Rules(SafetyRules raft, LogRules log, ServingRules serving) {
    /** All of them as they must be. */
    public static final Rules ALL = new Rules(SafetyRules.RAFT, LogRules.LOG, ServingRules.SERVING);
}
