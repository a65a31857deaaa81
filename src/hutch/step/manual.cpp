#include "hutch/step/manual.hpp"

#include "hutch/step/wording.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::step {
namespace {

// A cell of a table must not end at a bar that is part of its text.
std::string cell(std::string const& text) {
    std::string escaped;
    for (char const c : text) escaped += c == '|' ? "\\|" : std::string(1, c);
    return escaped.empty() ? "–" : escaped;
}

// A table with a heading for its first column; nothing when there are no rows.
class Table {
  public:
    explicit Table(std::vector<std::string> heads) {
        text_ = "\n" + line(heads) + "|" + repeated("---|", heads.size()) + "\n";
    }
    void add(std::vector<std::string> const& cells) { rows_ += line(cells); }
    std::string text() const { return rows_.empty() ? "" : text_ + rows_; }

  private:
    static std::string repeated(std::string const& text, std::size_t count) {
        std::string result;
        while (count-- > 0) result += text;
        return result;
    }
    static std::string line(std::vector<std::string> const& cells) {
        std::string line = "|";
        for (std::string const& one : cells) line += " " + cell(one) + " |";
        return line + "\n";
    }
    std::string text_, rows_;
};

std::string array_of(Port const& port) {
    if (port.dtype.empty()) return "";
    return fmt::format("{} ({}) [{}]", port.dtype, fmt::join(port.dims, ", "), port.unit);
}

std::string port_table(char const* head, std::vector<Port> const& ports) {
    Table table({head, "format", "array", "needed", "meaning"});
    for (Port const& port : ports)
        table.add({fmt::format("`{}`{}", port.name, port.is_list ? " (list)" : ""), port.format,
                   array_of(port), port.is_required ? "yes" : "no", port.help});
    return table.text();
}

std::string parameter_table(std::vector<Parameter> const& parameters) {
    Table table({"parameter", "unit", "expected", "default", "meaning"});
    for (Parameter const& one : parameters) {
        std::string const fallback = default_of(one);
        table.add({fmt::format("`{}`{}", one.name, one.is_list ? " (list)" : ""), units_of(one),
                   rules_of(one), fallback.empty() ? "must be given" : fallback, one.help});
    }
    return table.text();
}

std::string finding_table(std::vector<Finding> const& findings) {
    Table table({"finding", "type", "unit", "meaning"});
    for (Finding const& one : findings)
        table.add({fmt::format("`{}`", one.name),
                   std::string(to_name(one.type)) + (one.is_list ? " (list)" : ""), one.unit, one.help});
    return table.text();
}

std::string needs_text(Needs const& needs) {
    std::string text = needs.threads == 0   ? "as many threads as it is given"
                       : needs.threads == 1 ? "one thread"
                                            : fmt::format("{} threads", needs.threads);
    if (needs.gpu == Gpu::optional) text += ", a GPU if there is one";
    if (needs.gpu == Gpu::required) text += ", a GPU";
    if (!needs.ranks_parameter.empty())
        text += fmt::format(", as many MPI processes as `{}` says", needs.ranks_parameter);
    else if (needs.ranks > 0)
        text += fmt::format(", {} MPI processes", needs.ranks);
    return text + fmt::format(", {} GiB of memory", needs.memory_gib);
}

}  // namespace

std::string manual_of(Description const& about) {
    return fmt::format("## {} {}\n\n{}\n\n    hutch {}\n", about.name, about.version,
                       to_sentence(about.summary), usage_of(about)) +
           port_table("input", about.inputs) + port_table("output", about.outputs) +
           parameter_table(about.parameters) + finding_table(about.findings) +
           fmt::format("\nNeeds {}.\n\nSource: {}\n", needs_text(about.needs), about.reference);
}

std::string manual_of(std::span<Step const> steps) {
    std::vector<Step const*> sorted;
    for (Step const& step : steps) sorted.push_back(&step);
    std::ranges::sort(sorted, {}, [](Step const* step) { return step->about.name; });
    std::string page =
        "# Steps\n\nThis page is what `hutch step manual` prints. On the command line `powder.simulate` is "
        "`hutch powder "
        "simulate`; a\nparameter `march_ratio` is `--march-ratio VALUE`, a row is written `A:B:C`, items of "
        "a list stand "
        "between commas or in repeated\noptions; an input or output `plot` is `--plot FILE`, and `--out "
        "FILE` is the "
        "first output. Needed inputs, then needed outputs, may\nstand as plain words.\n";
    for (Step const* step : sorted) page += "\n" + manual_of(step->about);
    return page;
}

}  // namespace hutch::step
