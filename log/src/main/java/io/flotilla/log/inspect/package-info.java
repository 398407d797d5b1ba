/**
 * Reads a log directory from outside, for an operator: prints what is in its files, and says what is wrong with them. Nothing
 * here writes, locks or needs the directory to be whole, so it can also look at a damaged one, and at one that a broker
 * is running on. The formats themselves belong to the packages that write them.
 */
package io.flotilla.log.inspect;
