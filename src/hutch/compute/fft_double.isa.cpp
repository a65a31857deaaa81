// The kernels of the FFT in double.
#include "hutch/compute/detail/fft_passes.hpp"

namespace hutch::compute::HUTCH_ISA {

FftKernels<double> fft_kernels_double() { return fft_kernels<double>(); }

}  // namespace hutch::compute::HUTCH_ISA
