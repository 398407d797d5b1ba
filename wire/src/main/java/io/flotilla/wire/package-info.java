/** Root of the {@code wire} module. */
package io.flotilla.wire;
