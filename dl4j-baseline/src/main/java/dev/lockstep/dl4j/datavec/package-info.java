/**
 * Data as users of DL4J bring it: digits from CSV and image files and from IDX, read through
 * DataVec's {@code RecordReader}, become core's bytes; and core's batches become a {@code
 * DataSetIterator}, so that both sides and a user's own network train on the same numbers.
 *
 * <p>Large because every form of data has its reader, and each reader is a small class.
 */
@NullMarked
package dev.lockstep.dl4j.datavec;

import org.jspecify.annotations.NullMarked;
