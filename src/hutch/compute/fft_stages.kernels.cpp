#include "hutch/compute/fft_stages.hpp"

#include "hutch/compute/launch.hpp"

HUTCH_EXPORT_KERNEL(fft_radix4_float, hutch::compute::FftRadix4Stage<float>)
HUTCH_EXPORT_KERNEL(fft_radix2_float, hutch::compute::FftRadix2Stage<float>)
HUTCH_EXPORT_KERNEL(fft_radix4_double, hutch::compute::FftRadix4Stage<double>)
HUTCH_EXPORT_KERNEL(fft_radix2_double, hutch::compute::FftRadix2Stage<double>)
