/** What readers get of figures: tables, ratios, pictures, and the parts of a page that are made from them. */
package io.flotilla.bench.report;
