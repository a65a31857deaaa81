/// Read YAML and JSON into one tree that remembers names and lines, so that errors can say where.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace YAML {
class Node;
}

namespace hutch {

/// One value of a document: a number, a text, a list or a map, with its path ("instruments[1].u") and line.
///
/// All getters throw Error bad_input as `FILE:LINE: '<path>' is <found>; expected <rule>`.
class Document {
  public:
    /// Parse YAML 1.2 (JSON is a part of it). \param name stands for the file in messages
    /// \throws Error bad_input with the line of the first syntax error
    static Document parse(std::string_view text, std::string const& name);

    bool is_map() const;
    bool is_list() const;
    bool is_scalar() const;
    /// Return whether it is a scalar in quotes, and so a text whatever it reads like.
    bool is_quoted() const;
    bool has(std::string const& key) const;
    /// Return a member; it must exist.
    Document at(std::string const& key) const;
    /// Return a member, or an empty document.
    Document find(std::string const& key) const;
    bool is_empty() const;
    std::vector<Document> items() const;
    /// Return the names of a map, as they stand. \throws Error bad_input when one is there twice
    std::vector<std::string> keys() const;
    std::string text() const;
    double number() const;
    long long integer() const;
    /// Refuse keys that are not in the list, naming the nearest known one.
    void only(std::vector<std::string> const& known) const;
    /// Throw an Error that says where this value stands.
    [[noreturn]] void fail(std::string const& found_and_expected) const;
    /// Return where this value stands, as errors say it: `FILE:LINE: '<path>'`.
    std::string where() const;
    std::string const& path() const { return path_; }

  private:
    Document(std::shared_ptr<YAML::Node> node, std::shared_ptr<std::string const> file, std::string path);
    Document child(YAML::Node const& node, std::string const& step) const;
    std::string shown() const;
    std::shared_ptr<YAML::Node> node_;
    std::shared_ptr<std::string const> file_;
    std::string path_;
};

/// Return the known word nearest to a word by edit distance, or nothing when none is near.
std::string nearest_word(std::string_view word, std::vector<std::string> const& known);

}  // namespace hutch
