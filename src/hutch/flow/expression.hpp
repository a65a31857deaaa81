/// Read the values of a flow: constants, references such as ${size} or ${simulate.pattern}, texts that hold
/// them.
#pragma once

#include "hutch/step/value.hpp"

#include <functional>
#include <string>
#include <vector>

namespace hutch {
class Document;
}

namespace hutch::flow {

/// What stands in ${...}.
struct Reference {
    enum class Root {
        name,        ///< ${size}: a value of the flow, or an axis of a loop
        node,        ///< ${simulate.pattern}: an output or a finding of another step
        environment  ///< ${env.HOME}
    };
    Root root = Root::name;
    std::string node, name;
    bool gathers = false;  ///< ${simulate.pattern[*]}: those of all items that one item here stands for
    std::string to_text() const;
};

/// A value that may depend on the item it is evaluated for.
struct Expression {
    enum class Kind { constant, reference, text, list };
    Kind kind = Kind::constant;
    step::Value constant;
    Reference reference;
    std::vector<Expression> parts;  ///< text: to be joined; list: its elements
    std::string where;              ///< `FILE:LINE: '<path>'`, in front of messages
};

/// Read one value of a flow. "$${" is a literal "${".
/// \throws Error bad_input for a reference that does not end, or names nothing
Expression parse_expression(Document const& document);

using Visit = std::function<void(Reference const&, Expression const&)>;
void for_each_reference(Expression const& expression, Visit const& visit);

/// Give a reference its value.
using Lookup = std::function<step::Value(Reference const&, Expression const&)>;
/// Return the value of an expression. References that gather give lists; inside a text only single values may
/// stand.
step::Value evaluate(Expression const& expression, Lookup const& lookup);

/// Return the value of an environment variable. \throws Error bad_input where it is not set
step::Value environment_value(Reference const& reference, Expression const& expression);

}  // namespace hutch::flow
