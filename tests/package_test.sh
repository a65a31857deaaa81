#!/usr/bin/env bash
# Make the Debian package, unpack it into a scratch root, run its program, and build a small project against it
# that knows nothing of this source tree: package_test.sh SOURCE_FOLDER BUILD_FOLDER
set -euo pipefail
source_folder=$1
build_folder=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "package_test: $1" >&2
    exit 1
}

cpack --config "$build_folder/CPackConfig.cmake" -B "$scratch/packages" >"$scratch/cpack.log" 2>&1 ||
    { cat "$scratch/cpack.log"; fail "cpack failed; expected a .deb; are 'file' and 'dpkg-dev' installed?"; }
deb=$(ls "$scratch"/packages/*.deb)
dpkg-deb -x "$deb" "$scratch/root"
dpkg-deb -f "$deb" Package Version Depends
"$scratch/root/usr/bin/hutch" --version

if grep -rnF -e "$source_folder" -e "$build_folder" "$scratch/root/usr/lib" --include='*.cmake'; then
    fail "the CMake package names folders of the build; expected none"
fi

mkdir "$scratch/outside"
cat >"$scratch/outside/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(outside LANGUAGES CXX)
find_package(hutch REQUIRED)
add_executable(outside outside.cpp)
target_link_libraries(outside PRIVATE hutch::methods_powder)
CMAKE
cat >"$scratch/outside/outside.cpp" <<'CPP'
#include <cmath>
#include <cstdio>

#include "hutch/data/cif.hpp"
#include "hutch/methods/powder/reflections.hpp"

int main(int, char** argv) {
    auto const halite = hutch::data::read_cif(argv[1])[0];
    auto const table = hutch::powder::find_reflections(halite, {1.6});
    for (std::size_t j = 0; j < table.h.size(); ++j)
        if (table.h[j] == 2 && table.k[j] == 0 && table.l[j] == 0)
            std::printf("(200) d = %.4f\n", 0.5 / std::sqrt(double(table.s_squared[j])));
}
CPP
cmake -S "$scratch/outside" -B "$scratch/outside/build" -DCMAKE_PREFIX_PATH="$scratch/root/usr" >"$scratch/outside.log" 2>&1 ||
    { cat "$scratch/outside.log"; fail "an outside project does not find the package; expected find_package(hutch) to succeed"; }
cmake --build "$scratch/outside/build"
found=$("$scratch/outside/build/outside" "$source_folder/tests/cli/data/nacl.cif")
[ "$found" = "(200) d = 2.8201" ] || fail "the outside program printed '$found'; expected '(200) d = 2.8201', half the edge of the cell"
echo "package_test: $(basename "$deb") installs, runs and can be built against"
