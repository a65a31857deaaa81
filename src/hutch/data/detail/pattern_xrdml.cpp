// PANalytical XRDML: <xrdMeasurements> of <xrdMeasurement>, each with the wavelengths and one or more <scan>.
// Source: the XML schemas at www.xrdml.com (XRDMeasurement 1.5 and 2.1): positions are a first and a last
// one, equal steps between, or a list, or one for all; `intensities` (1.x, unit counts) are multiplied by the
// attenuation factors already, `counts` (2.x) are as the detector gave them. Other readers of the same:
// xrayutilities, xylib, GSAS-II. Real files of 1.3, 1.5, 1.6 and 2.1 have wavelengths of both K alpha lines
// under intended="K-Alpha 1" where no monochromator was used, so that the attribute does not tell which lines
// reach the sample.
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/pattern_formats.hpp"
#include "hutch/data/detail/xml.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::data::detail {
namespace {

struct Scan {
    pugi::xml_node measurement, scan;
};

std::vector<Scan> scans_of(Xml const& xml) {
    std::vector<Scan> scans;
    for (pugi::xml_node measurement : children_of(xml.root(), "xrdMeasurement"))
        for (pugi::xml_node scan : children_of(measurement, "scan")) scans.push_back({measurement, scan});
    return scans;
}

// One value for each point: from the list, else the common one if asked for, else 1. All are above zero.
std::vector<double> per_point(Xml const& xml, pugi::xml_node points, char const* common, char const* list,
                              std::size_t count) {
    std::vector<double> values(count, 1);
    pugi::xml_node node = child_of(points, list);
    if (node) {
        values = xml.numbers(node);
        if (values.size() != count)
            xml.fail(node, fmt::format("'{}' has {} values; expected {}, one for each point", list,
                                       values.size(), count));
    } else if (node = common ? child_of(points, common) : node; node) {
        values.assign(count, xml.number(node));
    }
    for (double value : values)
        if (!(value > 0)) xml.fail(node, fmt::format("'{}' is {}; expected > 0", local_name(node), value));
    return values;
}

// Where 2 theta is; none where the scan moves something else.
pugi::xml_node moved_two_theta(pugi::xml_node points) {
    for (pugi::xml_node positions : children_of(points, "positions"))
        if (std::string_view(positions.attribute("axis").value()) == "2Theta")
            if (child_of(positions, "listPositions") || child_of(positions, "startPosition"))
                return positions;
    return {};
}

std::vector<double> two_theta_of(Xml const& xml, pugi::xml_node positions, std::size_t count) {
    std::string_view const unit = positions.attribute("unit").value();
    if (!unit.empty() && unit != "deg")
        xml.fail(positions, fmt::format("'unit' of 2Theta is {}; expected deg", in_quotes(unit)));
    if (pugi::xml_node const list = child_of(positions, "listPositions")) {
        auto values = xml.numbers(list);
        if (values.size() != count)
            xml.fail(list, fmt::format("'listPositions' has {} values; expected {}, one for each point",
                                       values.size(), count));
        return values;
    }
    double const first = xml.number(child_of(positions, "startPosition"));
    pugi::xml_node const end = child_of(positions, "endPosition");
    if (!end) xml.fail(positions, "'endPosition' of 2Theta is missing; expected it with startPosition");
    double const step = (xml.number(end) - first) / double(std::max<std::size_t>(count, 2) - 1);
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = first + double(i) * step;
    return values;
}

// How a correction of the divergence enters counts is not published.
void check_divergence(Xml const& xml, pugi::xml_node points, std::size_t count, std::string const& name) {
    auto const factors = per_point(xml, points, nullptr, "divergenceCorrections", count);
    if (std::ranges::any_of(factors, [&](double factor) { return factor != factors[0]; }))
        throw Error(
            Fault::unsupported,
            fmt::format("{}:{}: 'divergenceCorrections' differ from point to point; expected one for all; "
                        "convert the scan to a fixed slit and export it as .xy",
                        name, xml.line_of(child_of(points, "divergenceCorrections"))));
}

Pattern read_points(Xml const& xml, pugi::xml_node points, pugi::xml_node positions,
                    std::string const& name) {
    pugi::xml_node const counts = child_of(points, "counts"),
                         node = counts ? counts : child_of(points, "intensities");
    if (!node) xml.fail(points, "scan has neither 'counts' nor 'intensities'; expected one of them");
    if (std::string_view const unit = node.attribute("unit").value(); !unit.empty() && unit != "counts")
        xml.fail(node, fmt::format("'unit' of {} is {}; expected counts", local_name(node), in_quotes(unit)));
    auto const values = xml.numbers(node);
    if (values.size() < 2)
        xml.fail(node, fmt::format("scan has {} points; expected 2 or more", values.size()));
    auto const x = two_theta_of(xml, positions, values.size());
    auto const factors =
        per_point(xml, points, "commonBeamAttenuationFactor", "beamAttenuationFactors", values.size());
    auto const times = per_point(xml, points, nullptr, "countingTimes", values.size());
    if (counts) check_divergence(xml, points, values.size(), name);
    PatternBuilder builder(name);
    int const line = xml.line_of(node);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!(values[i] >= 0)) xml.fail(node, fmt::format("point {}: {}", i + 1, negative_counts(values[i])));
        double const rate = times[0] / times[i], counted = counts ? values[i] : values[i] / factors[i];
        builder.add(line, x[i], values[i] * rate * (counts ? factors[i] : 1),
                    rate * factors[i] * counting_sigma(counted));
    }
    return builder.finish(line);
}

double wavelength(Xml const& xml, pugi::xml_node used, char const* line) {
    pugi::xml_node const node = child_of(used, line);
    return node && !trim(text_of(node)).empty() ? xml.number(node) : 0;
}

void read_wavelengths(Xml const& xml, pugi::xml_node measurement, Pattern& pattern) {
    pugi::xml_node const used = child_of(measurement, "usedWavelength");
    if (std::string_view(used.attribute("intended").value()) == "K-Beta")
        return set_lines(pattern, wavelength(xml, used, "kBeta"), 0, 0);
    bool const is_monochromatic = child_of(child_of(measurement, "incidentBeamPath"), "monochromator");
    set_lines(pattern, wavelength(xml, used, "kAlpha1"), wavelength(xml, used, "kAlpha2"),
              is_monochromatic ? 0 : wavelength(xml, used, "ratioKAlpha2KAlpha1"));
}

std::string title_of(pugi::xml_node root) {
    pugi::xml_node const sample = child_of(root, "sample");
    for (char const* item : {"id", "name"})
        if (std::string const title = one_line(text_of(child_of(sample, item)), 1000); !title.empty())
            return title;
    return "";
}

}  // namespace

bool is_xrdml(std::string_view text) {
    // The root is among the first elements: before it stand the declaration and comments.
    std::string_view const head = trim(text.substr(text.starts_with("\xef\xbb\xbf") ? 3 : 0, 4096));
    std::size_t const at = head.find("xrdMeasurements");
    return head.starts_with('<') && at != std::string_view::npos &&
           (head[at - 1] == '<' || head[at - 1] == ':');
}

Pattern parse_xrdml(std::string_view text, std::string const& name, int wanted) {
    Xml const xml(text, name);
    if (local_name(xml.root()) != "xrdMeasurements")
        xml.fail(xml.root(), fmt::format("root element is {}; expected xrdMeasurements",
                                         in_quotes(local_name(xml.root()))));
    auto const scans = scans_of(xml);
    std::size_t const index = scan_index(name, wanted, scans.size());
    auto const [measurement, scan] = scans[index];
    pugi::xml_node const points = child_of(scan, "dataPoints");
    if (!points) xml.fail(scan, fmt::format("scan {} has no 'dataPoints'; expected them", index + 1));
    pugi::xml_node const positions = moved_two_theta(points);
    if (!positions) refuse_scan(name, index, scan.attribute("scanAxis").value());
    Pattern pattern = read_points(xml, points, positions, name);
    pattern.title = title_of(xml.root());
    read_wavelengths(xml, measurement, pattern);
    return pattern;
}

}  // namespace hutch::data::detail
