// Bruker BRML: a zip archive with RawData0.xml, RawData1.xml, ... of one or more <DataRoute>, each with one
// <Datum> of numbers a point, and DataContainer.xml beside them. The vendor has published no description; as
// seen in real files of versions 3.3 to 8 and as other readers (GSAS-II G2pwd_BrukerBRML.py, PyXRD, rietx)
// take them:
//   <RawDataView Start Length> says which columns hold what: the fixed ones by LogicName, MeasuredTime [s]
//   and AbsorptionFactor; the varying ones by the FieldName of their <FieldDefinitions>; the recorded ones
//   are counts. Counts hold the absorption factor already: what they are without it is whole.
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/pattern_formats.hpp"
#include "hutch/data/detail/xml.hpp"
#include "hutch/data/detail/zip.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace hutch::data::detail {
namespace {

constexpr std::uint64_t most_in_member = std::uint64_t{1} << 28;  // [byte], 3e6 points and more

struct RawData {
    std::string folder;  // with its slash
    double number;
    std::string member;
};

std::vector<RawData> raw_data_of(Zip const& zip) {
    constexpr std::string_view start = "RawData", end = ".xml";
    std::vector<RawData> found;
    for (std::string const& member : zip.members()) {
        std::size_t const slash = member.rfind('/'), at = slash == std::string::npos ? 0 : slash + 1;
        std::string_view const file = std::string_view(member).substr(at);
        if (!file.starts_with(start) || !file.ends_with(end) || file.size() <= start.size() + end.size())
            continue;
        auto const number = to_number(file.substr(start.size(), file.size() - start.size() - end.size()));
        if (number) found.push_back({member.substr(0, at), *number, member});
    }
    std::ranges::sort(found, {}, [](RawData const& one) { return std::pair(one.folder, one.number); });
    return found;
}

// Routes that are not marked as measured hold what was made of those that are.
std::vector<pugi::xml_node> routes_of(Xml const& xml) {
    auto routes = children_of(child_of(xml.root(), "DataRoutes"), "DataRoute");
    auto const is_measured = [](pugi::xml_node route) {
        return std::string_view(route.attribute("RouteFlag").value()) == "Measured";
    };
    if (std::ranges::any_of(routes, is_measured))
        std::erase_if(routes, [&](pugi::xml_node route) { return !is_measured(route); });
    return routes;
}

struct Columns {
    static constexpr std::size_t none = std::size_t(-1);
    std::size_t two_theta = none, counts = none, time = none, absorption = none;
    std::optional<double> blank;  // stands for counts that are missing
};

std::size_t whole_attribute(Xml const& xml, pugi::xml_node view, char const* key) {
    auto const value = to_number(view.attribute(key).value());
    if (!value || !(*value >= 0 && *value < 1e6) || *value != double(std::size_t(*value)))
        xml.fail(view, fmt::format("'{}' of RawDataView is {}; expected a whole number", key,
                                   in_quotes(view.attribute(key).value())));
    return std::size_t(*value);
}

void read_recorded(Xml const& xml, pugi::xml_node view, std::size_t start, std::string const& name,
                   Columns& columns) {
    if (std::size_t const channels = whole_attribute(xml, view, "Length"); channels != 1)
        throw Error(Fault::unsupported,
                    fmt::format("{}:{}: each point holds {} channels; expected 1, a scan and no "
                                "frames of a detector; export the scan as .xy",
                                name, xml.line_of(view), channels));
    pugi::xml_node const recording = child_of(view, "Recording");
    std::string_view const unit = child_of(recording, "Unit").attribute("Base").value();
    if (!unit.empty() && unit != "Counts")
        xml.fail(view, fmt::format("'Unit' of the recording is {}; expected Counts", in_quotes(unit)));
    columns.counts = start;
    if (pugi::xml_node const blank = child_of(recording, "BlankingValue")) columns.blank = xml.number(blank);
}

Columns columns_of(Xml const& xml, pugi::xml_node route, std::string const& name) {
    Columns columns;
    for (pugi::xml_node view : children_of(child_of(route, "DataViews"), "RawDataView")) {
        std::size_t const start = whole_attribute(xml, view, "Start");
        std::string_view const logic = view.attribute("LogicName").value();
        if (logic == "MeasuredTime") columns.time = start;
        if (logic == "AbsorptionFactor") columns.absorption = start;
        auto const fields = children_of(child_of(view, "Varying"), "FieldDefinitions");
        for (std::size_t i = 0; i < fields.size(); ++i)
            if (std::string_view(fields[i].attribute("FieldName").value()) == "TwoTheta")
                columns.two_theta = start + i;
        if (columns.counts == Columns::none && child_of(view, "Recording"))
            read_recorded(xml, view, start, name, columns);
    }
    if (columns.counts == Columns::none)
        xml.fail(route, "no RawDataView with 'Recording'; expected one with the counts");
    return columns;
}

class Row {
  public:
    Row(Xml const& xml, pugi::xml_node datum) : xml_(xml), datum_(datum), values_(xml.numbers(datum)) {}
    double at(std::size_t column) const {
        if (column < values_.size()) return values_[column];
        xml_.fail(datum_,
                  fmt::format("'Datum' has {} values; expected {} or more", values_.size(), column + 1));
    }
    // The value, or 1 where the file has no such column.
    double factor(std::size_t column, char const* item) const {
        double const value = column == Columns::none ? 1 : at(column);
        if (!(value > 0)) xml_.fail(datum_, fmt::format("'{}' is {}; expected > 0", item, value));
        return value;
    }

  private:
    Xml const& xml_;
    pugi::xml_node datum_;
    std::vector<double> values_;
};

Pattern read_points(Xml const& xml, pugi::xml_node route, Columns const& columns, std::string const& name) {
    PatternBuilder builder(name);
    int const line = xml.line_of(route);
    double first_time = 0;
    for (pugi::xml_node datum : children_of(route, "Datum")) {
        Row const row(xml, datum);
        double const counts = row.at(columns.counts);
        if (columns.blank && counts == *columns.blank) continue;
        if (!(counts >= 0)) xml.fail(datum, negative_counts(counts));
        double const time = row.factor(columns.time, "MeasuredTime"),
                     absorption = row.factor(columns.absorption, "AbsorptionFactor");
        if (first_time == 0) first_time = time;
        double const rate = first_time / time;
        builder.add(line, row.at(columns.two_theta), counts * rate,
                    rate * absorption * counting_sigma(counts / absorption));
    }
    return builder.finish(line);
}

double wavelength(pugi::xml_node node) {
    auto const value = to_number(node.attribute("Value").value());
    return value.value_or(0) * (std::string_view(node.attribute("Unit").value()) == "nm" ? 10 : 1);
}

void read_wavelengths(Xml const& xml, Pattern& pattern) {
    pugi::xml_node const tube = find_below(xml.root(), "WaveLengthAlpha1").parent();
    set_lines(pattern, wavelength(child_of(tube, "WaveLengthAlpha1")),
              wavelength(child_of(tube, "WaveLengthAlpha2")), wavelength(child_of(tube, "WaveLengthRatio")));
}

std::string title_of(Zip const& zip, RawData const& raw, std::string const& name) {
    std::string const member = raw.folder + "DataContainer.xml";
    if (std::ranges::find(zip.members(), member) == zip.members().end()) return "";
    std::string const text = zip.read(member, most_in_member), place = name + '/' + member;
    Xml const xml(text, place);
    return one_line(child_of(xml.root(), "MeasurementInfo").attribute("SampleName").value(), 1000);
}

std::string moved_axis(pugi::xml_node route) {
    pugi::xml_node const axis = find_below(child_of(route, "ScanInformation"), "ScanAxisInfo");
    return axis ? axis.attribute("AxisName").value() : "no drive";
}

}  // namespace

bool is_zip(std::string_view bytes) { return bytes.starts_with("PK\x03\x04"); }

Pattern parse_brml(std::string_view bytes, std::string const& name, int wanted) {
    Zip const zip(bytes, name);
    auto const members = raw_data_of(zip);
    if (members.empty())
        throw Error(Fault::bad_data,
                    fmt::format("{}: archive has no RawData0.xml; expected it, as in .brml", name));
    std::size_t seen = 0;
    for (RawData const& raw : members) {
        std::string const text = zip.read(raw.member, most_in_member), place = name + '/' + raw.member;
        Xml const xml(text, place);
        auto const routes = routes_of(xml);
        std::size_t const before = seen, index = wanted == 0 ? 0 : std::size_t(wanted) - 1;
        seen += routes.size();
        if (index >= seen) continue;
        pugi::xml_node const route = routes[index - before];
        Columns const columns = columns_of(xml, route, place);
        if (columns.two_theta == Columns::none) refuse_scan(name, index, moved_axis(route));
        Pattern pattern = read_points(xml, route, columns, place);
        pattern.title = title_of(zip, raw, name);
        read_wavelengths(xml, pattern);
        return pattern;
    }
    fail_scan(name, wanted, seen);
}

}  // namespace hutch::data::detail
