package io.flotilla.log;

/**
 * What opening a log had to do.
 *
 * @param created no log was there
 * @param scannedBytes bytes read and checked after the newest snapshot
 * @param cutBytes bytes of an interrupted write removed at the end; 0 after a clean stop
 * @param notes what else is worth a log line (a damaged snapshot skipped, say), or an empty string
 */
public record RecoveryReport(boolean created, long scannedBytes, long cutBytes, String notes) {}
