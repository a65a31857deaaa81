#include "hutch/curate/make/sources.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/curate/detail/find_files.hpp"
#include "hutch/curate/fuse/records.hpp"
#include "hutch/curate/make/tables.hpp"
#include "hutch/data/library.hpp"
#include "hutch/methods/powder/refine/report_json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

namespace hutch::curate::make {
namespace {

namespace fs = std::filesystem;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// What is known of one pattern before it is written.
struct Facts {
    std::string name;  ///< of the pattern within its file; empty: the file's
    std::string title, axis, radiation, digest, problem;
    double wavelength = none, sum = 0, most = 0, r_wp = none, goodness = none;
    std::size_t points = 0, negative = 0, phases = 0;
};

Facts facts_of(data::Pattern const& pattern) {
    Facts facts;
    facts.title = pattern.title, facts.axis = to_name(pattern.axis);
    if (pattern.wavelength > 0) facts.wavelength = pattern.wavelength;
    facts.points = pattern.y.size(), facts.most = pattern.y.empty() ? none : pattern.y.front();
    for (double const y : pattern.y) {
        facts.sum += y, facts.most = std::max(facts.most, y);
        facts.negative += y < 0;
    }
    Sha256 sum;
    for (auto const* values : {&pattern.x, &pattern.y, &pattern.sigma})
        sum.add(values->data(), values->size() * sizeof(double));
    facts.digest = sum.finish();
    return facts;
}

data::Pattern pattern_of(powder::refine::PatternResult const& result) {
    data::Pattern pattern;
    pattern.title = result.name, pattern.axis = result.axis;
    if (!result.wavelengths.empty()) pattern.wavelength = result.wavelengths[0].value;
    pattern.x = result.x, pattern.y = result.y, pattern.sigma = result.sigma;
    return pattern;
}

std::vector<Facts> refined_facts(fs::path const& path) {
    auto const result = powder::refine::parse_json(read_file(path), path.string());
    std::vector<Facts> all;
    for (auto const& pattern : result.patterns) {
        Facts& facts = all.emplace_back(facts_of(pattern_of(pattern)));
        facts.name = pattern.name, facts.radiation = to_name(pattern.radiation);
        facts.r_wp = pattern.agreement.r_wp(), facts.goodness = pattern.goodness;
        facts.phases = std::size_t(
            std::ranges::count(result.shares, pattern.name, &powder::refine::ShareResult::pattern));
    }
    return all;
}

std::vector<Facts> facts_of_file(Source const& source, fs::path const& path) {
    try {
        if (source.kind == SourceKind::refinements) return refined_facts(path);
        return {facts_of(data::to_density(data::read_pattern(path, source.bank)))};
    } catch (Error const& error) {
        Facts refused;
        refused.problem = error.what();
        return {refused};
    }
}

// The name without its endings: "xray" of "xray.dat.gz".
std::string stem_of(fs::path const& path) {
    fs::path name = path.filename();
    if (to_lower(name.extension().string()) == ".gz") name = name.stem();
    return fuse::plain_name(name.stem().string());
}

std::string unused(std::string const& wanted, std::set<std::string>& names) {
    std::string name = wanted;
    for (int number = 2; !names.insert(name).second; ++number) name = fmt::format("{}-{}", wanted, number);
    return name;
}

Field derived(char const* name, char const* dtype, char const* unit, char const* what) {
    Field field{name, dtype, {}, unit, what};
    field.origin = "derived";
    return field;
}

void add_pattern_columns(Frame& frame, bool has_refinements) {
    if (frame.find("source_file") != nullptr) return;
    Field file{"source_file", "utf8", {}, "", "name of the file that the record was read from"};
    frame.add(file);
    frame.add({"title", "utf8", {}, "", "title in the file; empty: it has none"});
    frame.add(derived("axis", "utf8", "", "what the pattern was measured over"));
    Field wavelength{"wavelength",
                     "float64",
                     {},
                     "angstrom",
                     "of the first line; missing: neither file nor description tells"};
    wavelength.quantity = "wavelength";
    frame.add(wavelength);
    frame.add(derived("points", "int64", "1", "points of the pattern in its file"));
    frame.add(derived("counts_sum", "float64", "count", "sum of all intensities in the file"));
    frame.add(derived("counts_most", "float64", "count", "largest intensity in the file"));
    frame.add(derived("counts_negative", "int64", "1", "points with an intensity below 0"));
    if (!has_refinements) return;
    frame.add({"radiation", "utf8", {}, "", "xray or neutron"});
    frame.add(derived("phases", "int64", "1", "phases that were refined on the pattern"));
    frame.add(derived("r_wp", "float64", "1", "weighted profile R of the refinement"));
    frame.add(derived("goodness", "float64", "1", "sqrt(chi^2 / (points - variables)) of the refinement"));
}

void set_facts(Frame& frame, std::size_t record, Facts const& facts, std::string const& file) {
    auto const text = [&](char const* name, std::string const& value) {
        if (Column* column = frame.find(name)) column->texts[record] = value;
    };
    auto const number = [&](char const* name, double value) {
        if (Column* column = frame.find(name)) column->numbers[record] = value;
    };
    text("source_file", file), text("title", facts.title), text("axis", facts.axis);
    text("radiation", facts.radiation);
    number("wavelength", facts.wavelength), number("points", double(facts.points));
    number("counts_sum", facts.sum), number("counts_most", facts.most);
    number("counts_negative", double(facts.negative)), number("r_wp", facts.r_wp);
    number("goodness", facts.goodness);
    if (!facts.radiation.empty()) number("phases", double(facts.phases));
}

void read_pattern_source(Request const& request, std::size_t which, unsigned threads, Frame& frame,
                         std::set<std::string>& names) {
    Source const& source = request.sources[which];
    auto const files = files_of(request, source);
    std::vector<std::vector<Facts>> facts(files.size());
    std::vector<std::string> sums(files.size());
    compute::parallel_for(files.size(), threads, [&](std::size_t i, unsigned) {
        sums[i] = sha256_of_file(files[i]);
        facts[i] = facts_of_file(source, files[i]);
    });
    for (std::size_t i = 0; i < files.size(); ++i) {
        frame.files.push_back({files[i].string(), files[i].filename().string(), sums[i], which});
        for (std::size_t p = 0; p < facts[i].size(); ++p) {
            Facts const& one = facts[i][p];
            std::string id = source.name + "." + stem_of(files[i]);
            if (!one.name.empty()) id += "." + fuse::plain_name(one.name);
            if (!one.problem.empty()) {
                frame.refused.push_back(
                    {source.name, frame.files.back().name, data::cause_of(one.problem), one.problem});
                continue;
            }
            Record record;
            record.id = unused(id, names), record.source = which, record.file = frame.files.size() - 1;
            record.row = p, record.digest = one.digest;
            set_facts(frame, frame.append(record), one, frame.files.back().name);
        }
    }
}

void set_constants(Request const& request, Frame& frame) {
    for (std::size_t s = 0; s < request.sources.size(); ++s)
        for (auto const& [name, constant] : request.sources[s].values) {
            Column* column = frame.find(name);
            if (column == nullptr) {
                bool const is_number = constant.number.has_value();
                auto const unit = request.sources[s].units.find(name);
                column = &frame.add(
                    {name,
                     is_number ? "float64" : "utf8",
                     {},
                     is_number ? (unit == request.sources[s].units.end() ? "1" : unit->second) : "",
                     "as the description of the data set says of the source"});
            }
            if (!column->is_text() && !constant.number)
                throw Error(
                    Fault::bad_input,
                    fmt::format("{}: 'values.{}' of source '{}' is {}; expected a number, as "
                                "elsewhere",
                                request.file, name, request.sources[s].name, in_quotes(constant.text)));
            for (std::size_t r = 0; r < frame.records.size(); ++r) {
                if (frame.records[r].source != s) continue;
                if (column->is_text())
                    column->texts[r] = constant.text;
                else
                    column->numbers[r] = *constant.number;
            }
        }
}

}  // namespace

std::vector<fs::path> files_of(Request const& request, Source const& source) {
    auto files = detail::find_files(source.path);
    if (files.empty())
        throw Error(Fault::not_found,
                    fmt::format("{}: '{}' of 'data' has no file; expected at least one: '{}'", request.file,
                                source.name, source.path));
    return files;
}

Frame read_sources(Request const& request, unsigned threads) {
    Frame frame;
    std::set<std::string> names;
    bool has_refinements = false;
    for (Source const& source : request.sources) has_refinements |= source.kind == SourceKind::refinements;
    for (std::size_t s = 0; s < request.sources.size(); ++s) {
        Source const& source = request.sources[s];
        if (!request.gives_records(source)) continue;
        if (source.kind == SourceKind::table || source.kind == SourceKind::arrays) {
            read_table_source(request, s, frame, names);
            continue;
        }
        add_pattern_columns(frame, has_refinements);
        read_pattern_source(request, s, threads, frame, names);
    }
    if (frame.records.empty())
        throw Error(Fault::bad_data,
                    fmt::format("{}: 'data' hold no record that can be read ({} refused); expected some{}",
                                request.file, frame.refused.size(),
                                frame.refused.empty() ? "" : "; first: " + frame.refused[0].message));
    set_constants(request, frame);
    return frame;
}

// ---- arrays, read when they are written
// --------------------------------------------------------------------

struct PatternReader::Kept {
    Request const& request;
    Frame const& frame;
    std::size_t file = std::size_t(-1);  ///< whose refinement is kept
    powder::refine::Result result{};

    powder::refine::PatternResult const& refined(Record const& record) {
        if (file != record.file) {
            std::string const& path = frame.files[record.file].path;
            result = powder::refine::parse_json(read_file(path), path);
            file = record.file;
        }
        return result.patterns.at(record.row);
    }
};

PatternReader::PatternReader(Request const& request, Frame const& frame)
    : kept_(std::make_unique<Kept>(Kept{request, frame})) {}
PatternReader::~PatternReader() = default;
PatternReader::PatternReader(PatternReader&&) noexcept = default;

data::Pattern PatternReader::read(Record const& record) {
    Source const& source = kept_->request.sources[record.source];
    if (source.kind == SourceKind::refinements) return pattern_of(kept_->refined(record));
    return data::to_density(data::read_pattern(kept_->frame.files[record.file].path, source.bank));
}

std::vector<data::Structure> PatternReader::structures(Record const& record) {
    auto const& pattern = kept_->refined(record);
    std::vector<std::pair<double, data::Structure>> found;
    for (auto const& share : kept_->result.shares) {
        if (share.pattern != pattern.name) continue;
        auto const phase =
            std::ranges::find(kept_->result.phases, share.phase, &powder::refine::PhaseResult::name);
        double const fraction = share.weight_fraction.value;
        data::Structure structure = phase->structure;
        auto const& c = share.has_lattice_strain ? share.cell : phase->cell;
        structure.cell = {c[0].value, c[1].value, c[2].value, c[3].value, c[4].value, c[5].value};
        found.emplace_back(std::isfinite(fraction) ? fraction : 0, std::move(structure));
    }
    std::ranges::stable_sort(found, std::greater<>{}, [](auto const& one) { return one.first; });
    std::vector<data::Structure> structures;
    for (auto& [fraction, structure] : found) structures.push_back(std::move(structure));
    return structures;
}

}  // namespace hutch::curate::make
