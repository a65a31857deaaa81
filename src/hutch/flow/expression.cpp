#include "hutch/flow/expression.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace hutch::flow {
namespace {

bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

Reference parse_reference(std::string_view inside, std::string const& where) {
    Reference reference;
    std::string_view rest = trim(inside);
    if (rest.ends_with("[*]")) {
        reference.gathers = true;
        rest.remove_suffix(3);
    }
    std::size_t const dot = rest.find('.');
    std::string_view const first = rest.substr(0, dot),
                           second = dot == rest.npos ? std::string_view() : rest.substr(dot + 1);
    if (!is_word(first) || (dot != rest.npos && !is_word(second)))
        throw Error(Fault::bad_input,
                    fmt::format("{} has the reference {}; expected ${{NAME}}, ${{STEP.OUTPUT}}, "
                                "${{STEP.OUTPUT[*]}} or ${{env.NAME}}",
                                where, in_quotes("${" + std::string(inside) + "}")));
    reference.name = dot == rest.npos ? first : second;
    if (dot != rest.npos && first == "env")
        reference.root = Reference::Root::environment;
    else if (dot != rest.npos)
        reference.root = Reference::Root::node, reference.node = first;
    return reference;
}

Expression constant_of(step::Value value, std::string const& where) {
    Expression one;
    one.constant = std::move(value);
    one.where = where;
    return one;
}

// Split "a${b}c" into its parts.
std::vector<Expression> parts_of(std::string_view text, std::string const& where) {
    std::vector<Expression> parts;
    std::string plain;
    auto const flush = [&] {
        if (!plain.empty()) parts.push_back(constant_of(plain, where));
        plain.clear();
    };
    for (std::size_t i = 0; i < text.size();) {
        if (text.substr(i).starts_with("$${")) {
            plain += "${";
            i += 3;
        } else if (text.substr(i).starts_with("${")) {
            std::size_t const end = text.find('}', i);
            if (end == text.npos)
                throw Error(Fault::bad_input, fmt::format("{} is {}; expected a '}}' behind each '${{'",
                                                          where, in_quotes(text)));
            flush();
            Expression one;
            one.kind = Expression::Kind::reference;
            one.reference = parse_reference(text.substr(i + 2, end - i - 2), where);
            one.where = where;
            parts.push_back(std::move(one));
            i = end + 1;
        } else {
            plain += text[i++];
        }
    }
    flush();
    return parts;
}

}  // namespace

std::string Reference::to_text() const {
    std::string const stem = root == Root::environment ? "env." + name
                             : root == Root::node      ? node + "." + name
                                                       : name;
    return "${" + stem + (gathers ? "[*]" : "") + "}";
}

namespace {

constexpr std::size_t most_elements = 1'000'000;  // of one value; aliases of YAML can multiply

Expression parse_counted(Document const& document, std::size_t& count) {
    std::string const where = document.where();
    if (++count > most_elements) document.fail("has more than 1,000,000 elements; expected fewer");
    if (document.is_list()) {
        Expression list;
        list.kind = Expression::Kind::list;
        list.where = where;
        for (Document const& item : document.items()) list.parts.push_back(parse_counted(item, count));
        return list;
    }
    if (!document.is_scalar() || document.text().find("${") == std::string::npos)
        return constant_of(step::to_value(document), where);
    std::vector<Expression> parts = parts_of(document.text(), where);
    if (parts.size() == 1) return parts[0];
    Expression text;
    text.kind = Expression::Kind::text;
    text.parts = std::move(parts);
    text.where = where;
    return text;
}

}  // namespace

Expression parse_expression(Document const& document) {
    std::size_t count = 0;
    return parse_counted(document, count);
}

void for_each_reference(Expression const& expression, Visit const& visit) {
    if (expression.kind == Expression::Kind::reference) visit(expression.reference, expression);
    for (Expression const& part : expression.parts) for_each_reference(part, visit);
}

step::Value evaluate(Expression const& expression, Lookup const& lookup) {
    switch (expression.kind) {
        case Expression::Kind::constant:
            return expression.constant;
        case Expression::Kind::reference:
            return lookup(expression.reference, expression);
        case Expression::Kind::list: {
            step::Value::List list;
            for (Expression const& part : expression.parts) {
                step::Value value = evaluate(part, lookup);
                bool const is_gathered = part.kind == Expression::Kind::reference && part.reference.gathers;
                if (is_gathered)
                    list.insert(list.end(), value.list().begin(), value.list().end());
                else
                    list.push_back(std::move(value));
            }
            return list;
        }
        case Expression::Kind::text:
            break;
    }
    std::string text;
    for (Expression const& part : expression.parts) {
        step::Value const value = evaluate(part, lookup);
        if (value.is_list() || value.is_nothing())
            throw Error(Fault::bad_input, fmt::format("{} puts {} into a text; expected a single value there",
                                                      part.where, part.reference.to_text()));
        text += step::to_text(value);
    }
    return text;
}

step::Value environment_value(Reference const& reference, Expression const& expression) {
    if (char const* value = std::getenv(reference.name.c_str())) return std::string(value);
    throw Error(Fault::bad_input, fmt::format("{} needs the environment variable '{}', which is not set; "
                                              "expected a value; set it",
                                              expression.where, reference.name));
}

}  // namespace hutch::flow
