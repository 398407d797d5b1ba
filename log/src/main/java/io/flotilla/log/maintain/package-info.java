/** Opening logs after a stop or a crash, retention, and compaction: work on the files of closed segments, or of logs not open yet. */
package io.flotilla.log.maintain;
