/**
 * The redo journal: one sync for the small appends of many logs. Segments stay the record: what is in the journal has been written
 * to its segment too, and is written there again only at the start after a stop that may have lost it. Nothing here knows what an
 * append means.
 */
package io.flotilla.log.redo;
