/// Hold what people say of a data set: who made it, what it is for, how it may be had; read from YAML.
#pragma once

#include "hutch/base/document.hpp"
#include "hutch/curate/dictionary.hpp"

#include <map>
#include <string>
#include <vector>

namespace hutch::curate {

/// A person ("Family, Given") or an organisation.
struct Person {
    std::string name;
    std::string orcid{};        ///< 0000-0002-1825-0097
    std::string affiliation{};  ///< name of the organisation
    std::string ror{};          ///< of the affiliation; of an organisation its own: https://ror.org/...

    bool is_person() const { return name.find(", ") != std::string::npos; }
};

/// A technique by its id in the PaNET ontology: PaNET01101, x-ray powder diffraction.
struct Technique {
    std::string id, label;
};

struct Funding {
    std::string funder, ror, award, title;
};

/// Where data came from.
struct Source {
    std::string name, licence, citation, url;
};

struct Contact {
    std::string name, at;  ///< at: e-mail or web address
};

struct Description {
    std::string name, title, version, description, licence, url, citation, date_published;
    std::vector<Person> creators;
    std::vector<std::string> keywords;
    /// Responsible-AI texts: collection, biases, limitations, use cases, non-intended use, feedback ...
    std::map<std::string, std::string> notes;
    std::vector<Source> further_sources;  ///< besides those that whoever builds it sees
    Person publisher;
    Contact contact;
    std::string identifier;     ///< DOI or another; empty: none was given
    std::string access_state;   ///< open, embargoed, restricted or closed; empty: nothing is said
    std::string embargo_until;  ///< YYYY-MM-DD
    std::vector<Technique> techniques;
    std::vector<Funding> funding;
    std::vector<Attestation> attestations;
    std::vector<Access> access;     ///< ways besides the files themselves
    double samples_per_second = 0;  ///< that the loader is said to reach; 0: nothing is said

    /// Return a note by its key or any other spelling of it; empty: there is none.
    std::string note(std::string_view key) const;
};

/// Names of the keys that `read_description` knows.
std::vector<std::string> const& description_keys();
/// Read and check these keys of a document; others are left alone. `name` and `version` must be there.
/// \throws Error bad_input with file, line, path, value and rule
Description read_description(Document const& document);

}  // namespace hutch::curate
