/** What is remembered beside the records: term and vote of every group, producer state, snapshots, identity files. */
package io.flotilla.log.state;
