/// Tell what licences of data sets and their sources ask for, and whether a data set may carry one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate {

/// A licence by its SPDX id.
struct Licence {
    char const* id;
    char const* name;
    bool attribution = false;     ///< authors are to be named, notices kept
    bool share_alike = false;     ///< what is made of it carries the same licence, or one that it names
    bool non_commercial = false;  ///< no commercial use
    bool no_derivatives = false;  ///< what is made of it may not be passed on
};

/// Return all that are known.
std::span<Licence const> licences();
/// Return a licence by its SPDX id as it is written there, or null.
Licence const* find_licence(std::string_view id);
/// Return the ids in an SPDX expression ("MIT OR Apache-2.0"); WITH and its exception are left out.
std::vector<std::string> ids_in(std::string_view expression);

enum class Compatibility {
    yes,
    no,
    unknown  ///< a licence is not in the table: a person must judge
};
struct Verdict {
    Compatibility compatibility = Compatibility::yes;
    std::string reason;  ///< one sentence
};

/// Judge whether a data set that was made of inputs may be published under a licence.
///
/// It is taken as a derivative of each of them, which is the strict view. Of `A OR B` in an input the better
/// one counts; A AND B must both be kept. This is no legal advice.
Verdict compatible(std::span<std::string const> inputs, std::string_view output);

}  // namespace hutch::curate
