#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/document_checks.hpp"
#include "hutch/data/hdf5_file.hpp"
#include "hutch/step/unit.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::size_t most_groups = 20000;

// Fields of NeXus base classes with the category of their unit, by a unit of it. NeXus definitions v2026.01,
// base_classes: NXdetector, NXbeam, NXsource, NXmonochromator, NXsample, NXcrystal, NXinstrument, NXmonitor.
struct Category {
    char const* field;
    char const* name;
    char const* unit;
};
constexpr std::array categories{Category{"polar_angle", "NX_ANGLE", "degree"},
                                Category{"azimuthal_angle", "NX_ANGLE", "degree"},
                                Category{"rotation_angle", "NX_ANGLE", "degree"},
                                Category{"incident_angle", "NX_ANGLE", "degree"},
                                Category{"bragg_angle", "NX_ANGLE", "degree"},
                                Category{"distance", "NX_LENGTH", "m"},
                                Category{"x_pixel_size", "NX_LENGTH", "m"},
                                Category{"y_pixel_size", "NX_LENGTH", "m"},
                                Category{"beam_center_x", "NX_LENGTH", ""},
                                Category{"sensor_thickness", "NX_LENGTH", "m"},
                                Category{"fast_pixel_direction", "NX_LENGTH", "m"},
                                Category{"slow_pixel_direction", "NX_LENGTH", "m"},
                                Category{"wavelength", "NX_WAVELENGTH", "angstrom"},
                                Category{"incident_wavelength", "NX_WAVELENGTH", "angstrom"},
                                Category{"energy", "NX_ENERGY", "eV"},
                                Category{"incident_energy", "NX_ENERGY", "eV"},
                                Category{"final_energy", "NX_ENERGY", "eV"},
                                Category{"count_time", "NX_TIME", "s"},
                                Category{"frame_time", "NX_TIME", "s"},
                                Category{"time_of_flight", "NX_TIME_OF_FLIGHT", "s"},
                                Category{"temperature", "NX_TEMPERATURE", "K"},
                                Category{"pressure", "NX_PRESSURE", "Pa"},
                                Category{"current", "NX_CURRENT", "A"},
                                Category{"voltage", "NX_VOLTAGE", "V"},
                                Category{"mass", "NX_MASS", "kg"},
                                Category{"density", "NX_MASS_DENSITY", "kg/m^3"},
                                Category{"unit_cell_abc", "NX_LENGTH", "angstrom"},
                                Category{"unit_cell_alphabetagamma", "NX_ANGLE", "degree"},
                                Category{"Q", "NX_PER_LENGTH", "1/angstrom"},
                                Category{"q", "NX_PER_LENGTH", "1/angstrom"}};

// Items that application definitions require, by classes of the groups on the way: a name that begins with NX
// is a class, any other a name. NeXus definitions v2026.01, applications/ and contributed_definitions/.
struct Definition {
    char const* name;
    std::vector<char const*> required;  // below the entry
};
std::array const definitions{
    Definition{"NXtomo",
               {"NXinstrument/NXdetector/data", "NXinstrument/NXdetector/image_key", "NXsample/name",
                "NXsample/rotation_angle", "NXdata/data", "NXdata/rotation_angle", "NXdata/image_key"}},
    Definition{"NXmonopd",
               {"title", "start_time", "NXinstrument/NXsource/type", "NXinstrument/NXsource/name",
                "NXinstrument/NXsource/probe", "NXinstrument/NXcrystal/wavelength",
                "NXinstrument/NXdetector/polar_angle", "NXinstrument/NXdetector/data", "NXsample/name",
                "NXsample/rotation_angle", "NXmonitor/mode", "NXmonitor/preset", "NXmonitor/integral",
                "NXdata/polar_angle", "NXdata/data"}},
    Definition{"NXxrd",
               {"title", "start_time", "NXinstrument/NXsource/type", "NXinstrument/NXsource/name",
                "NXinstrument/NXsource/probe", "NXinstrument/NXcrystal/wavelength",
                "NXinstrument/NXdetector/polar_angle", "NXinstrument/NXdetector/data", "NXsample/name",
                "NXsample/rotation_angle", "NXmonitor/mode", "NXmonitor/preset", "NXmonitor/integral",
                "NXdata/polar_angle", "NXdata/data"}},
    Definition{"NXazint1d",
               {"solid_angle_applied", "polarization_applied", "normalization_applied", "NXinstrument/name",
                "NXinstrument/NXmonochromator/wavelength", "NXinstrument/NXmonochromator/energy",
                "NXinstrument/NXsource/name", "NXinstrument/NXsource/type", "NXinstrument/NXsource/probe",
                "NXprocess/program", "NXprocess/version", "NXprocess/date", "NXprocess/reference", "NXdata/I",
                "NXdata/radial_axis"}},
    Definition{"NXmx",
               {"start_time", "end_time_estimated", "NXsample/name", "NXsample/depends_on",
                "NXinstrument/name", "NXinstrument/NXdetector/NXdetector_module/data_origin",
                "NXinstrument/NXdetector/NXdetector_module/data_size",
                "NXinstrument/NXdetector/NXdetector_module/fast_pixel_direction",
                "NXinstrument/NXdetector/NXdetector_module/slow_pixel_direction",
                "NXinstrument/NXdetector/sensor_material", "NXinstrument/NXdetector/sensor_thickness",
                "NXinstrument/NXbeam/incident_wavelength", "NXsource/name"}},
    Definition{"NXcanSAS", {"title", "run", "NXdata/Q", "NXdata/I"}}};

std::string under(std::string const& group, std::string const& name) {
    return group.empty() ? name : group + "/" + name;
}
std::string last_of(std::string const& path) { return path.substr(path.rfind('/') + 1); }

class NexusFile {
  public:
    NexusFile(std::string path, std::filesystem::path const& folder)
        : path_(std::move(path)), file_(folder / path_) {
        collect();
    }

    bool is_nexus() const { return !classes_.empty(); }

    void check() {
        bool has_entry = false;
        for (auto const& [group, name] : classes_) {
            has_entry |= name == "NXentry" || name == "NXsubentry";
            if (name == "NXdata") check_data(group);
            if (name == "NXentry" || name == "NXsubentry") check_entry(group);
        }
        if (!has_entry) wrong("", "has no NXentry");
        if (std::ranges::none_of(classes_, [](auto const& one) { return one.second == "NXdata"; }))
            wrong("", "has no NXdata");
        for (std::string const& array : arrays_) check_unit(array);
    }

    std::vector<Place> places;
    std::uint64_t problems = 0, data_groups = 0, units = 0;
    std::set<std::string> used;

  private:
    void wrong(std::string const& where, std::string what) {
        ++problems;
        if (places.size() < most_places) places.push_back({path_, where, 0, std::move(what)});
    }

    void collect() {
        std::vector<std::string> groups{""};
        for (std::size_t i = 0; i < groups.size() && i < most_groups; ++i) {
            std::string const group = groups[i];
            if (std::string const name = file_.attribute(group, "NX_class");
                !name.empty() && name != "NXroot")
                classes_[group] = name;
            for (std::string const& below : file_.groups(group)) groups.push_back(under(group, below));
        }
        if (!classes_.empty()) arrays_ = file_.arrays();
    }

    // Only arrays that stand in groups of a class are of NeXus.
    bool is_in_class(std::string const& array) const {
        std::size_t const slash = array.rfind('/');
        return slash != std::string::npos && classes_.contains(array.substr(0, slash));
    }

    void check_unit(std::string const& array) {
        if (!is_in_class(array)) return;
        auto const about = file_.find(array);
        if (!about || about->kind == data::Hdf5Array::Kind::text ||
            about->kind == data::Hdf5Array::Kind::other)
            return;
        for (Category const& category : categories) {
            if (last_of(array) != category.field || *category.unit == 0) continue;
            ++units;
            if (about->unit.empty())
                return wrong(array, fmt::format("has no units; expected one of {}", category.name));
            auto const found = step::parse_unit(about->unit), wanted = step::parse_unit(category.unit);
            if (!found)
                return wrong(array,
                             fmt::format("has the unit '{}', which cannot be understood", about->unit));
            if (wanted && found->dimension != wanted->dimension)
                wrong(array,
                      fmt::format("has the unit '{}', which is none of {}", about->unit, category.name));
            return;
        }
    }

    std::vector<std::uint64_t> shape(std::string const& array) {
        auto const about = file_.find(array);
        return about ? about->shape : std::vector<std::uint64_t>{};
    }
    bool has_attribute(std::string const& name, char const* attribute) {
        auto const names = file_.attribute_names(name);
        return std::ranges::find(names, attribute) != names.end();
    }
    bool is_there(std::string const& array) { return file_.find(array).has_value(); }

    // The signal: by the attribute of the group, or the older one of the field.
    std::string signal_of(std::string const& group) {
        if (std::string const name = file_.attribute(group, "signal"); !name.empty()) return name;
        for (std::string const& array : file_.arrays(group))
            if (array.find('/') == array.npos && has_attribute(under(group, array), "signal")) return array;
        return "";
    }

    void check_data(std::string const& group) {
        ++data_groups;
        std::string const signal = signal_of(group);
        if (signal.empty()) {
            // Application definitions of the older style name their data by links alone.
            if (!is_there(under(group, "data"))) wrong(group, "is an NXdata without @signal");
            return;
        }
        if (!is_there(under(group, signal)))
            return wrong(group, fmt::format("names the signal '{}', which is not there", signal));
        auto const dims = shape(under(group, signal));
        auto axes = file_.attribute_texts(group, "axes");
        if (axes.size() == 1 && axes[0].find_first_of(":,") != std::string::npos) {  // older style: "y:x"
            std::string const joined = axes[0];
            axes.clear();
            for (auto const one : split(joined, joined.find(':') != joined.npos ? ':' : ','))
                axes.emplace_back(trim(one));
        }
        if (axes.empty()) {
            bool const is_old = !file_.attribute_texts(under(group, signal), "axes").empty();
            if (!is_old && dims.size() > 0 && !has_axis_fields(group))
                wrong(group, "is an NXdata without @axes");
        } else if (axes.size() != dims.size()) {
            wrong(group, fmt::format("has {} @axes for a signal of {} dimensions", axes.size(), dims.size()));
        }
        for (std::size_t d = 0; d < axes.size() && d < dims.size(); ++d)
            check_axis(group, signal, axes[d], dims, d);
        check_errors(group, signal, dims);
    }

    bool has_axis_fields(std::string const& group) {
        return std::ranges::any_of(file_.arrays(group), [&](std::string const& array) {
            return has_attribute(under(group, array), "axis");
        });
    }

    void check_axis(std::string const& group, std::string const& signal, std::string const& axis,
                    std::vector<std::uint64_t> const& dims, std::size_t d) {
        if (axis == ".") return;
        if (!is_there(under(group, axis)))
            return wrong(group, fmt::format("names the axis '{}', which is not there", axis));
        auto const own = shape(under(group, axis));
        if (own.size() > 1) return;  // an axis of several dimensions says where it goes by AXIS_indices
        std::uint64_t const length = own.empty() ? 1 : own[0];
        if (length != dims[d] && length != dims[d] + 1)
            wrong(under(group, axis),
                  fmt::format("has {} values for {} of '{}' in dimension {}", length, dims[d], signal, d));
    }

    void check_errors(std::string const& group, std::string const& signal,
                      std::vector<std::uint64_t> const& dims) {
        for (std::string const& name : {signal + "_errors", std::string("errors")})
            if (is_there(under(group, name)) && shape(under(group, name)) != dims)
                wrong(under(group, name), "has another shape than the signal");
    }

    void check_entry(std::string const& entry) {
        auto const text = is_there(under(entry, "definition"))
                              ? file_.read_texts(under(entry, "definition"), 0, 1)
                              : std::vector<std::string>{};
        if (text.empty()) return;
        for (Definition const& definition : definitions) {
            if (text[0] != definition.name) continue;
            used.insert(definition.name);
            for (char const* item : definition.required)
                if (matches(entry, item).empty())
                    wrong(entry, fmt::format("is {} and lacks {}", definition.name, item));
            if (text[0] == "NXtomo")
                check_shared(entry, {"NXinstrument/NXdetector/data", "NXinstrument/NXdetector/image_key",
                                     "NXsample/rotation_angle"});
            if (text[0] == "NXmonopd" || text[0] == "NXxrd")
                check_shared(entry, {"NXinstrument/NXdetector/data", "NXinstrument/NXdetector/polar_angle"});
            if (text[0] == "NXcanSAS") check_shared(entry, {"NXdata/I", "NXdata/Q"});
            return;
        }
    }

    // Arrays at a path of classes and names below a group.
    std::vector<std::string> matches(std::string const& group, std::string const& item) {
        std::size_t const slash = item.find('/');
        if (slash == std::string::npos)
            return is_there(under(group, item)) ? std::vector{under(group, item)}
                                                : std::vector<std::string>{};
        std::vector<std::string> all;
        std::string const step = item.substr(0, slash);
        for (std::string const& below : file_.groups(group)) {
            auto const known = classes_.find(under(group, below));
            if (below != step && (known == classes_.end() || known->second != step)) continue;
            for (std::string& one : matches(under(group, below), item.substr(slash + 1)))
                all.push_back(std::move(one));
        }
        return all;
    }

    // One symbol: the first dimensions of all are equal.
    void check_shared(std::string const& entry, std::vector<char const*> const& items) {
        std::map<std::uint64_t, std::string> lengths;
        for (char const* item : items)
            if (auto const found = matches(entry, item); !found.empty())
                if (auto const dims = shape(found[0]); !dims.empty()) lengths.emplace(dims[0], item);
        if (lengths.size() < 2) return;
        std::vector<std::string> said;
        for (auto const& [length, item] : lengths) said.push_back(fmt::format("{} of {}", length, item));
        wrong(entry, fmt::format("has different lengths where one is asked for: {}", fmt::join(said, ", ")));
    }

    std::string path_;
    data::Hdf5File file_;
    std::map<std::string, std::string> classes_;
    std::vector<std::string> arrays_;
};

Answer run(Subject const& subject) {
    Answer answer;
    std::uint64_t files = 0, problems = 0, data_groups = 0, units = 0;
    std::set<std::string> used;
    for (ScannedFile const& one : subject.scan.files) {
        std::string const lower = to_lower(one.path);
        bool const is_hdf5 = lower.ends_with(".h5") || lower.ends_with(".hdf5") || lower.ends_with(".nxs") ||
                             lower.ends_with(".hdf");
        if (!is_hdf5 || !one.is_there || !one.problem.empty()) continue;
        try {
            NexusFile file(one.path, subject.folder);
            if (!file.is_nexus()) continue;
            ++files;
            file.check();
            problems += file.problems, data_groups += file.data_groups, units += file.units;
            used.insert(file.used.begin(), file.used.end());
            for (Place const& place : file.places) show(answer, place);
        } catch (Error const& error) {
            ++problems;
            show(answer, {one.path, "", 0, error.what()});
        }
    }
    if (files == 0) return not_applicable("no file has groups with NX_class");
    answer.state = problems == 0 ? State::pass : State::fail;
    answer.text =
        fmt::format("{} in {} of NeXus with {} NXdata and {}; definitions: {}", counted(problems, "problem"),
                    counted(files, "file"), data_groups, counted(units, "unit"),
                    used.empty() ? "none" : fmt::format("{}", fmt::join(used, ", ")));
    answer.numbers = {{"problems", double(problems)}, {"files", double(files)}, {"units", double(units)}};
    return answer;
}

}  // namespace

Check nexus_check() {
    return {"C08", "NeXus",
            "Have NeXus files NXdata with signal and axes that fit, units of the right category, and what "
            "their application "
            "definition requires?",
            "mend the groups and fields named by the NeXus definitions", run};
}

}  // namespace hutch::curate::assess::detail
