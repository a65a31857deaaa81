/// Let the HDF5 library of this process read and write chunks of bitshuffle, LZ4 and zstd, and read those of
/// LZF, without plug-ins.
#pragma once

namespace hutch::data {

/// Register the filters 32000, 32004, 32008 and 32015, in place of plug-ins, so that files do not
/// depend on what is installed. Called once, or often; from any thread.
void register_hdf5_filters();

}  // namespace hutch::data
