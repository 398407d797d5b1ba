/** Root of the {@code itests} module. */
package io.flotilla.itests;
