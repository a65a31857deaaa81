#include "hutch/curate/detail/find_files.hpp"

#include <algorithm>
#include <glob.h>

namespace hutch::curate::detail {

namespace fs = std::filesystem;

std::vector<fs::path> find_files(std::string const& path) {
    std::vector<fs::path> files;
    if (fs::is_directory(path)) {
        for (auto const& entry : fs::directory_iterator(path))
            if (entry.is_regular_file() && !entry.path().filename().string().starts_with('.'))
                files.push_back(entry.path());
    } else if (fs::exists(path)) {
        files.emplace_back(path);
    } else {
        glob_t found{};
        if (::glob(path.c_str(), 0, nullptr, &found) == 0)
            for (std::size_t i = 0; i < found.gl_pathc; ++i)
                if (fs::is_regular_file(found.gl_pathv[i])) files.emplace_back(found.gl_pathv[i]);
        ::globfree(&found);
    }
    std::ranges::sort(files);
    return files;
}

}  // namespace hutch::curate::detail
