/// Read XML: elements by local name, numbers and lists of numbers, with errors that say where.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <pugixml.hpp>

namespace hutch::data::detail {

/// A document in memory. Entities other than those of characters are not expanded, and no file is opened.
class Xml {
  public:
    /// \param name  stands for the text in messages \throws Error bad_data
    Xml(std::string_view text, std::string const& name);
    Xml(Xml const&) = delete;
    Xml& operator=(Xml const&) = delete;

    pugi::xml_node root() const { return document_.document_element(); }
    /// Return the number that the element holds. \throws Error bad_data, naming the element
    double number(pugi::xml_node node) const;
    /// Return the numbers between white space or commas.
    std::vector<double> numbers(pugi::xml_node node) const;
    /// Throw Error bad_data `NAME:LINE: what`.
    [[noreturn]] void fail(pugi::xml_node node, std::string const& what) const;
    int line_of(pugi::xml_node node) const;

  private:
    std::string_view text_;
    std::string const& name_;
    pugi::xml_document document_;
};

/// Return the name of an element without its prefix.
std::string_view local_name(pugi::xml_node node);
/// Return the first child of this local name, else none (which has no children and no text).
pugi::xml_node child_of(pugi::xml_node node, std::string_view name);
/// Return the first element below of this local name.
pugi::xml_node find_below(pugi::xml_node node, std::string_view name);
/// Return all children of this local name.
std::vector<pugi::xml_node> children_of(pugi::xml_node node, std::string_view name);
/// Return the text of an element, between comments too.
std::string text_of(pugi::xml_node node);

}  // namespace hutch::data::detail
