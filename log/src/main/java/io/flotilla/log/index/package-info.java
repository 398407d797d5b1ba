/** Translations: offsets to file positions, times to offsets, offsets to Raft indexes, terms to first indexes. No user data. */
package io.flotilla.log.index;
