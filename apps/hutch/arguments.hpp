/// Give a verb that is no step its options: texts, numbers, flags and plain words.
#pragma once

#include "hutch/base/options.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hutch::app {

/// The words of one call after parsing against the options of the verb.
class Arguments {
  public:
    /// \param usage    what stands behind "usage: hutch", for example "powder simulate --structure FILE
    /// [options]"
    /// \throws Error bad_input for unknown options, missing values and too many or too few plain words
    Arguments(std::string usage, std::string summary, std::vector<Option> options, std::size_t least_words,
              std::size_t most_words, std::vector<std::string> const& words);

    bool wants_help() const { return wants_help_; }
    void print_help() const;
    bool has(std::string const& name) const { return values_.contains(name); }
    /// Return the value, or the fallback.
    std::string text(std::string const& name, std::string const& fallback = "") const;
    std::string required(std::string const& name) const;
    double number(std::string const& name, double fallback) const;
    /// Return a whole number in [least, most]. \throws Error bad_input
    std::uint64_t count(std::string const& name, std::uint64_t fallback, double least, double most) const;
    std::vector<std::string> all(std::string const& name) const;
    std::vector<std::string> const& words() const { return plain_; }

  private:
    std::string usage_, summary_;
    std::vector<Option> options_;
    std::map<std::string, std::vector<std::string>> values_;
    std::vector<std::string> plain_;
    bool wants_help_ = false;
};

/// Return --threads, or as many as the machine has. \throws Error bad_input outside 1 to 1,024
unsigned thread_count(Arguments const& arguments);

}  // namespace hutch::app
