/// Write the pieces that the CIF blocks of phases and of patterns share.
#pragma once

#include "hutch/methods/powder/refine/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hutch::powder::refine::detail {

/// Names of the blocks of a file: data_CODE, and ids that are unique in the world.
struct BlockNames {
    std::vector<std::string> phase_codes, pattern_codes;
    std::string checksum;  ///< of the measured data and the refined numbers

    explicit BlockNames(Result const& result);
    std::string id(std::string const& code) const;
};

/// Collect the lines of a block.
class CifBlock {
  public:
    CifBlock(std::string const& code, BlockNames const& names);
    void item(std::string_view tag, std::string const& value);  ///< a value that is CIF already
    void text(std::string_view tag, std::string const& foreign);
    void number(std::string_view tag, double value, int decimals);
    void lines(std::string_view tag, std::vector<std::string> const& lines);
    void unknown(std::vector<char const*> const& tags);
    void loop(std::vector<char const*> const& tags);
    void row(std::vector<std::string> const& values);
    std::string& raw() { return text_; }

  private:
    std::string text_;
};

/// Return an estimate as a CIF number: with its s.u. where it has one.
std::string to_cif_number(Estimate const& estimate);
/// Return foreign text as a value in ASCII.
std::string to_ascii_value(std::string_view text);
/// Return the shares of a phase, or of a pattern.
std::vector<ShareResult const*> shares_of_phase(Result const& result, std::string const& phase);
std::vector<ShareResult const*> shares_of_pattern(Result const& result, std::string const& pattern);
/// Write probe and wavelengths of patterns.
void add_radiation(CifBlock& block, std::vector<PatternResult const*> const& patterns);
/// Write the functions of profile, background and texture of patterns.
void add_functions(CifBlock& block, Result const& result, std::vector<PatternResult const*> const& patterns);

/// Return DistanceResult::symmetry as the code of an operation of the list: "-x,y,-z + (0 0 1)" is 2_556. The
/// identity is
/// ".", and "?" stands for what is none of them or lies more than 4 cells away.
std::string to_symmetry_code(std::string const& symmetry, std::vector<data::Operation> const& operations);

std::string phase_block(Result const& result, std::size_t phase, BlockNames const& names, bool has_patterns);
std::string pattern_block(Result const& result, std::size_t pattern, BlockNames const& names);

}  // namespace hutch::powder::refine::detail
