/// Read instrument parameter files of GSAS-II (.instprm) and of GSAS (.prm) as key and value.
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

/// Read an instrument parameter file of GSAS in the names and units of GSAS-II.
///
/// Type, Bank, Azimuth; at constant wavelength Lam or Lam1, Lam2 and I(L2)/I(L1), Zero [degree], Polariz.,
/// Source, and from the first profile function of type 3, else 2, else any: U, V, W [centidegree^2] and, of 2
/// and 3, X, Y [centidegree] and, of 3, SH/L; at time of flight difC, difA, Zero, 2-theta and, where the file
/// tells the first flight path, fltPath. What a file does not hold has no key. Each record stands also as it
/// is under its name in the file (PRCF11, "I HEAD", BNKPAR): the profile of time of flight, GP and the terms
/// of the sample have no other key.
/// \par Source  A. C. Larson, R. B. Von Dreele, GSAS, LAUR 86-748 (2004), CW profile functions and instrument
///              parameter file; the same names and units as GSAS-II gives such files, see instprm_gsas.cpp
InstrumentParameterFile parse_gsas_prm(std::string_view text, std::string const& name, int bank = 1);
InstrumentParameterFile read_gsas_prm(std::filesystem::path const& path, int bank = 1);

/// Read an instrument parameter file of either program; a record that starts with "INS " says that it is one
/// of GSAS.
InstrumentParameterFile parse_instrument_file(std::string_view text, std::string const& name, int bank = 1);
InstrumentParameterFile read_instrument_file(std::filesystem::path const& path, int bank = 1);

}  // namespace hutch::data
