#include "hutch/compute/reduce.hpp"

#include "hutch/compute/detail/scan.hpp"
#include "hutch/compute/launch.hpp"

namespace hutch::compute::detail {

template <class T>
using SumOf = Reduce<Load<T>, Sum>;
template <class T>
using LeastOf = Reduce<Load<T>, Least>;
template <class T>
using MostOf = Reduce<Load<T>, Most>;

}  // namespace hutch::compute::detail

HUTCH_EXPORT_KERNEL(reduce_sum_float, hutch::compute::detail::SumOf<float>)
HUTCH_EXPORT_KERNEL(reduce_least_float, hutch::compute::detail::LeastOf<float>)
HUTCH_EXPORT_KERNEL(reduce_most_float, hutch::compute::detail::MostOf<float>)
HUTCH_EXPORT_KERNEL(reduce_sum_double, hutch::compute::detail::SumOf<double>)
HUTCH_EXPORT_KERNEL(reduce_least_double, hutch::compute::detail::LeastOf<double>)
HUTCH_EXPORT_KERNEL(reduce_most_double, hutch::compute::detail::MostOf<double>)
HUTCH_EXPORT_KERNEL(reduce_sum_int32, hutch::compute::detail::SumOf<std::int32_t>)
HUTCH_EXPORT_KERNEL(reduce_least_int32, hutch::compute::detail::LeastOf<std::int32_t>)
HUTCH_EXPORT_KERNEL(reduce_most_int32, hutch::compute::detail::MostOf<std::int32_t>)
HUTCH_EXPORT_KERNEL(reduce_sum_uint64, hutch::compute::detail::SumOf<std::uint64_t>)
HUTCH_EXPORT_KERNEL(reduce_least_uint64, hutch::compute::detail::LeastOf<std::uint64_t>)
HUTCH_EXPORT_KERNEL(reduce_most_uint64, hutch::compute::detail::MostOf<std::uint64_t>)
HUTCH_EXPORT_KERNEL(scan_tiles_int32, hutch::compute::detail::ScanTiles<std::int32_t>)
HUTCH_EXPORT_KERNEL(add_offsets_int32, hutch::compute::detail::AddOffsets<std::int32_t>)
HUTCH_EXPORT_KERNEL(scan_tiles_uint64, hutch::compute::detail::ScanTiles<std::uint64_t>)
HUTCH_EXPORT_KERNEL(add_offsets_uint64, hutch::compute::detail::AddOffsets<std::uint64_t>)
