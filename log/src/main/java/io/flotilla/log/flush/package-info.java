/** Group commit: rounds that write and sync whatever became dirty, and the fencing of a directory whose disk failed. */
package io.flotilla.log.flush;
