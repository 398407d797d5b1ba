/** Root of the {@code log} module. */
package io.flotilla.log;
