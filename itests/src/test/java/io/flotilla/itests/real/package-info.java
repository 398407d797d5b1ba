/**
 * Real clients and tools, against clusters of real broker processes. What is tested here is what a user sees; nothing in these
 * tests looks into a broker's classes, except where files on disk are compared.
 */
package io.flotilla.itests.real;
