#include "hutch/methods/powder/refine/report_html.hpp"

#include "hutch/base/text.hpp"
#include "hutch/base/version.hpp"
#include "hutch/methods/powder/refine/detail/report_content.hpp"

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

using detail::Part;

constexpr char const* style = R"(
body{font:15px/1.5 Helvetica,Arial,sans-serif;color:#222;background:#fff;margin:0}
main{max-width:1000px;margin:0 auto;padding:1.5rem}
h1{font-size:1.7rem;margin:.2em 0}
h2{font-size:1.15rem;margin:1.6em 0 .4em;border-bottom:1px solid #ddd}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem}
th,td{padding:.2em .7em;text-align:left;border-bottom:1px solid #eee;white-space:nowrap}
.n{text-align:right;font-variant-numeric:tabular-nums}
th{color:#555;font-weight:600}
figure{margin:0}
svg{width:100%;height:auto}
summary{cursor:pointer;margin:1em 0 .4em;font-weight:600}
.warnings{background:#fff4e0;border-left:4px solid #e69f00;padding:.6em 1em .6em 2.2em;margin:0}
footer{margin-top:2.5em;color:#777;font-size:.85rem}
@media print{body{font-size:10px}h2{break-after:avoid}figure,table{break-inside:avoid}}
)";

std::string cell(Part const& part, std::size_t column, std::string const& text, char const* tag) {
    return fmt::format("<{}{}>{}</{}>", tag, column < part.text_columns ? "" : " class=\"n\"",
                       escape_xml(text), tag);
}

std::string table(Part const& part) {
    std::string out = "<div class=\"wide\"><table>\n<thead><tr>";
    for (std::size_t i = 0; i < part.columns.size(); ++i) out += cell(part, i, part.columns[i], "th");
    out += "</tr></thead>\n<tbody>\n";
    for (auto const& row : part.rows) {
        out += "<tr>";
        for (std::size_t i = 0; i < row.size(); ++i) out += cell(part, i, row[i], "td");
        out += "</tr>\n";
    }
    return out + "</tbody>\n</table></div>\n";
}

std::string list(Part const& part) {
    std::string out = "<ul class=\"warnings\">\n";
    for (auto const& row : part.rows) out += "<li>" + escape_xml(row[0]) + "</li>\n";
    return out + "</ul>\n";
}

std::string content(Part const& part) {
    switch (part.kind) {
        case Part::Kind::table:
            return table(part);
        case Part::Kind::plot:
            return "<figure>\n" + part.svg + "</figure>\n";
        case Part::Kind::list:
            return list(part);
    }
    return "";
}

std::string section(Part const& part) {
    std::string const title = escape_xml(part.title);
    if (part.is_folded) return "<details><summary>" + title + "</summary>\n" + content(part) + "</details>\n";
    return "<section>\n<h2>" + title + "</h2>\n" + content(part) + "</section>\n";
}

}  // namespace

std::string to_html(Result const& result) {
    std::string const title = escape_xml(result.title.empty() ? "Refinement" : result.title);
    std::string out =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
        title + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<main>\n<h1>" + title + "</h1>\n";
    for (Part const& part : detail::report_parts(result)) out += section(part);
    return out +
           "<footer>Standard uncertainties of the last digits stand in brackets; (?) marks numbers that the "
           "data do not "
           "determine. Hutch " +
           version() + "</footer>\n</main>\n</body>\n</html>\n";
}

}  // namespace hutch::powder::refine
