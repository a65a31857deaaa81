#include "hutch/compute/reduce.hpp"

#include "hutch/compute/detail/scan.hpp"

namespace hutch::compute {

template <class T>
void exclusive_scan(Queue& queue, std::size_t count, T const* from, T* to) {
    using Tiles = detail::ScanTiles<T>;
    std::size_t const tiles = (count + Tiles::tile - 1) / Tiles::tile;
    Buffer<T> totals(queue, tiles);
    run_blocks(queue, tiles, Tiles{from, to, count, totals.data()});
    if (tiles > 1) {
        exclusive_scan(queue, tiles, static_cast<T const*>(totals.data()), totals.data());
        parallel_for(queue, count, detail::AddOffsets<T>{totals.data(), to});
    }
    queue.wait();  // the totals must live until then
}

template void exclusive_scan(Queue&, std::size_t, std::int32_t const*, std::int32_t*);
template void exclusive_scan(Queue&, std::size_t, std::uint64_t const*, std::uint64_t*);

}  // namespace hutch::compute
