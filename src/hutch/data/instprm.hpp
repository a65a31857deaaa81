/// Read GSAS-II instrument parameter files (.instprm) as key and value.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace hutch::data {

/// The values of one bank; numbers and texts alike kept as text, keys as the file has them ("I(L2)/I(L1)").
struct InstrumentParameterFile {
    std::string name;  ///< stands for the file in messages
    std::map<std::string, std::string> values;
    std::map<std::string, int> lines;  ///< line number of each key

    bool has(std::string const& key) const { return values.contains(key); }
    /// Return a number; a missing key gives the fallback. \throws Error bad_data when it is no number
    double number(std::string const& key, double fallback) const;
    /// Return a number that must be there. \throws Error bad_data
    double number(std::string const& key) const;
    std::string text(std::string const& key, std::string const& fallback) const;
};

/// \param bank  which bank, 1-based, of a file with several ("#Bank n:" headers)
InstrumentParameterFile parse_instprm(std::string_view text, std::string const& name, int bank = 1);
InstrumentParameterFile read_instprm(std::filesystem::path const& path, int bank = 1);

}  // namespace hutch::data
