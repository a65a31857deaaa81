// The kernels of the FFT in float.
#include "hutch/compute/detail/fft_passes.hpp"

namespace hutch::compute::HUTCH_ISA {

FftKernels<float> fft_kernels_float() { return fft_kernels<float>(); }

}  // namespace hutch::compute::HUTCH_ISA
