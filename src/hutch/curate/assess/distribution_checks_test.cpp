#include "hutch/base/checksum.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/process.hpp"
#include "hutch/base/random.hpp"
#include "hutch/compute/isa.hpp"
#include "hutch/curate/assess/detail/community_cells.hpp"
#include "hutch/curate/assess/test_scan.hpp"
#include "hutch/curate/build.hpp"
#include "hutch/curate/test_library.hpp"

#include <array>
#include <atomic>
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

namespace fs = std::filesystem;

Answer ask(MadeSet& set, std::string const& id) { return set.ask(distribution_checks(), id); }
MadeSet set_of(std::uint64_t train = 800, std::uint64_t test = 200) {
    return MadeSet({{"train", train}, {"test", test}});
}

std::vector<double> normal(std::uint64_t seed, std::size_t count, double mean = 0) {
    RandomStream random(seed, 7, 0);
    std::vector<double> values(count);
    for (double& value : values) value = mean + random.normal();
    return values;
}

// ---- C46

// Two instruments that measure on different scales; what `change` does to a record of one comes on top.
template <class Change>
Answer drift_of(std::uint64_t seed, Change const& change) {
    MadeSet set = set_of();
    std::vector<double> source(1000), x = normal(seed, 1000), y = normal(seed + 1, 1000), time(1000);
    RandomStream random(seed, 8, 0);
    for (std::size_t r = 0; r < 1000; ++r) {
        source[r] = double(random.below(2)), time[r] = 1000 * random.uniform();
        x[r] += 5 * source[r];
        change(r, source[r], time[r], x[r]);
    }
    set.numbers("beamline", Role::source, source)
        .numbers("x", Role::feature, x)
        .numbers("y", Role::feature, y);
    set.numbers("when", Role::time, time);
    return ask(set, "C46");
}

TEST(Drift, IsNotSeenBetweenDeclaredSourcesThatSplitsShare) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        Answer const found = drift_of(10 * seed, [](std::size_t, double, double, double&) {});
        EXPECT_EQ(found.state, State::pass) << found.text;
        EXPECT_GT(found.numbers.back().second, 0.9);  // sources are far from each other, and that is told
    }
}

TEST(Drift, OfOneSourceBetweenSplitsOrWithTimeIsSeen) {
    auto const splits = drift_of(1, [](std::size_t r, double source, double, double& x) {
        if (r >= 800 && source == 1) x += 1;
    });
    EXPECT_EQ(splits.state, State::fail);
    EXPECT_NE(splits.text.find("'x' of source '1' differs between 'train' and 'test'"), std::string::npos)
        << splits.text;
    auto const times = drift_of(2, [](std::size_t, double source, double time, double& x) {
        if (source == 0) x += 0.003 * time;
    });
    EXPECT_NE(times.text.find("'x' of source '0' moves with time"), std::string::npos) << times.text;
    MadeSet shares = set_of();
    std::vector<double> source(1000);
    for (std::size_t r = 0; r < 1000; ++r) source[r] = r < 800 ? double(r % 4 == 0) : double(r % 4 != 0);
    shares.numbers("beamline", Role::source, source).numbers("x", Role::feature, normal(5, 1000));
    EXPECT_EQ(ask(shares, "C46").state, State::fail);
}

TEST(Drift, CountsGroupsOnce) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        MadeSet set = set_of();
        std::vector<double> const of_group = normal(seed, 50);
        std::vector<double> x(1000), group(1000);
        for (std::size_t r = 0; r < 1000; ++r) group[r] = double(r / 20), x[r] = of_group[r / 20];
        set.numbers("sample", Role::group, group).numbers("x", Role::feature, x);
        Answer const found = ask(set, "C46");
        EXPECT_EQ(found.state, State::pass) << found.text;
    }
}

// Samples that lie at all of three beamlines; `level` is what each adds.
MadeSet three_beamlines(std::uint64_t seed, std::array<double, 3> const& level) {
    MadeSet set = set_of();
    std::vector<std::string> source(1000);
    std::vector<double> group(1000), x = normal(seed, 1000), y = normal(seed + 1, 1000);
    std::vector<double> const of_group = normal(seed + 2, 125);
    for (std::size_t r = 0; r < 1000; ++r) {
        source[r] = "I1" + std::to_string(r % 3), group[r] = double(r / 8);
        x[r] += of_group[r / 8] + level[r % 3];
    }
    set.texts("beamline", Role::source, source).numbers("sample", Role::group, group);
    set.numbers("x", Role::feature, x).numbers("y", Role::feature, y);
    return set;
}

TEST(Drift, OfOneSourceAgainstOthersThatAgreeIsSeen) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        double const shift = seed % 2 == 0 ? 3 : -3;  // two standard deviations of x
        MadeSet set = three_beamlines(10 * seed, {0, shift, 0});
        Answer const found = ask(set, "C46");
        EXPECT_EQ(found.state, State::fail) << found.text;
        EXPECT_NE(found.text.find("'x' of source 'I11' is shifted against the other 2 sources"),
                  std::string::npos)
            << found.text;
    }
}

TEST(Drift, IsNotSeenWhereSourcesAreAlikeOrDifferByDesign) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        MadeSet same = three_beamlines(10 * seed, {0, 0, 0}), all = three_beamlines(10 * seed, {0, 3, 6}),
                far = three_beamlines(10 * seed, {0, 0, 20}),
                slight = three_beamlines(10 * seed, {0, 0.5, 0});
        for (MadeSet* set : {&same, &all, &far, &slight}) {
            Answer const found = ask(*set, "C46");
            EXPECT_EQ(found.state, State::pass) << found.text;
        }
    }
    MadeSet said = three_beamlines(1, {0, 3, 0});
    said.dictionary().metadata.push_back(
        {"instrument", "sources_differ_in", "x: I11 runs hot", "", "declared"});
    EXPECT_EQ(ask(said, "C46").state, State::pass);
    MadeSet settings = set_of();  // one beamline exposes ten times as long, another takes other samples
    std::vector<double> source(1000), exposure(1000), own = normal(3, 1000), sample(1000);
    for (std::size_t r = 0; r < 1000; ++r) {
        source[r] = double(r % 3), exposure[r] = r % 3 == 2 ? 10 : 1 + double(r % 2);
        sample[r] = double(3 * (r / 24) + r % 3), own[r] += r % 3 == 1 ? 2 : 0;
    }
    settings.numbers("beamline", Role::source, source).numbers("sample", Role::group, sample);
    settings.numbers("exposure", Role::feature, exposure).numbers("x", Role::feature, own);
    Answer const found = ask(settings, "C46");
    EXPECT_EQ(found.state, State::pass) << found.text;
}

// ---- C47, C48

TEST(Coverage, NeedsTheDeclaredRange) {
    auto const with = [](std::vector<double> const& x, double least, double most) {
        MadeSet set = set_of();
        set.numbers("x", Role::feature, x);
        set.last().least = least, set.last().most = most;
        return ask(set, "C47").state;
    };
    std::vector<double> x = normal(1, 1000);
    EXPECT_EQ(with(x, -5, 5), State::pass);
    EXPECT_EQ(with(x, -50, 50), State::fail);
    for (double& value : x) value += value > 0 ? 4 : -4;
    EXPECT_EQ(with(x, -8, 8), State::fail);  // a hole in the middle
    std::vector<double> classes(1000);
    for (std::size_t r = 0; r < 1000; ++r) classes[r] = double(r % 7);
    EXPECT_EQ(with(classes, 0, 6), State::pass);
    MadeSet none = set_of();
    EXPECT_EQ(ask(none, "C47").state, State::not_applicable);
}

TEST(SimulationGap, IsToldForBothKindsOfRecords) {
    auto const with = [](double shift) {
        MadeSet set = set_of();
        std::vector<std::string> kind(1000);
        std::vector<double> x = normal(1, 1000);
        for (std::size_t r = 0; r < 1000; ++r) {
            kind[r] = r % 2 == 0 ? "measured" : "simulated";
            if (r % 2 == 0) x[r] += shift;
        }
        set.texts("origin", Role::source, kind).numbers("x", Role::feature, x);
        return ask(set, "C48").state;
    };
    EXPECT_EQ(with(1), State::pass);
    EXPECT_EQ(with(30), State::fail);
    MadeSet none = set_of();
    EXPECT_EQ(ask(none, "C48").state, State::not_applicable);
}

// ---- C49

TEST(Community, ReadsFormulasAndComparesReducedCells) {
    using namespace detail;
    EXPECT_EQ(reduced_formula(*composition_of("Pb S O4")), "O4PbS");
    EXPECT_EQ(reduced_formula(*composition_of("Ca2 (Si O4)")), "Ca2O4Si");
    EXPECT_EQ(reduced_formula(*composition_of("Na8Cl8")), "ClNa");
    EXPECT_FALSE(composition_of("(Mg,Fe)2 Si O4"));
    EXPECT_FALSE(composition_of("Fe1-xO"));
    EXPECT_FALSE(composition_of("water"));
    CommunityEntry const halite{*composition_of("NaCl"), 225,
                                reduced_lengths({5.64, 5.64, 5.64, 90, 90, 90}, 225)},
        primitive{*composition_of("NaCl"), 225, reduced_lengths({3.988, 3.988, 3.988, 60, 60, 60}, 225)},
        larger{*composition_of("NaCl"), 225, reduced_lengths({5.9, 5.9, 5.9, 90, 90, 90}, 225)};
    EXPECT_LT(cell_difference(halite, primitive), 1e-3);
    EXPECT_GT(cell_difference(halite, larger), 0.03);
}

// Structures of the small library as a table, cells times a factor.
void add_structures(MadeSet& set, double factor) {
    std::vector<std::string> formulas{"C",      "Na Cl", "K Cl", "Ca F2",   "Fe",
                                      "Al2 O3", "Ti O2", "Zn O", "Pb S O4", "Si"};
    std::vector<double> const a{3.5669, 5.6402, 6.2917, 5.4626, 2.8665,
                                4.7591, 4.5937, 3.2498, 8.482,  5.4309},
        b{3.5669, 5.6402, 6.2917, 5.4626, 2.8665, 4.7591, 4.5937, 3.2498, 5.398, 5.4309},
        c{3.5669, 5.6402, 6.2917, 5.4626, 2.8665, 12.9918, 2.9587, 5.2066, 6.959, 5.4309},
        gamma{90, 90, 90, 90, 90, 120, 90, 120, 90, 90},
        group{227, 225, 225, 225, 229, 167, 136, 186, 62, 227};
    auto const times = [factor](std::vector<double> v) {
        for (double& value : v) value *= factor;
        return v;
    };
    set.texts("formula", Role::other, formulas).numbers("sg", Role::label, group);
    set.numbers("a", Role::label, times(a))
        .numbers("b", Role::label, times(b))
        .numbers("c", Role::label, times(c));
    set.numbers("alpha", Role::label, std::vector<double>(10, 90))
        .numbers("beta", Role::label, std::vector<double>(10, 90));
    set.numbers("gamma", Role::label, gamma);
    set.dictionary().physics.push_back({"structure",
                                        "records",
                                        {{"formula", "formula"},
                                         {"space_group", "sg"},
                                         {"a", "a"},
                                         {"b", "b"},
                                         {"c", "c"},
                                         {"alpha", "alpha"},
                                         {"beta", "beta"},
                                         {"gamma", "gamma"}}});
}

TEST(Community, OfALocalLibraryAgreesWithItsOwnStructures) {
    ScratchFolder const scratch;
    write_small_library(scratch / "cifs");
    for (double factor : {1.0, 1.01, 1.05}) {
        MadeSet set({{"", 10}});
        add_structures(set, factor);
        EXPECT_EQ(ask(set, "C49").state, State::not_checked);
        set.community = (scratch / "cifs").string();
        Answer const found = ask(set, "C49");
        EXPECT_EQ(found.state, factor > 1.02 ? State::fail : State::pass) << found.text;
        EXPECT_EQ(found.numbers[1].second, 10) << found.text;
    }
}

// Answers as OPTIMADE 1.2 has them: two pages, unknown values null, cells primitive or not.
constexpr char const* provider = R"(
import http.server, json, sys, urllib.parse
entries = {'ClNa': [([[0,2.82,2.82],[2.82,0,2.82],[2.82,2.82,0]], 225), (None, None)],
           'Si': [([[5.43,0,0],[0,5.43,0],[0,0,5.43]], 227)], 'Fe': [([[2.87,0,0],[0,2.87,0],[0,0,2.87]], 229)]}
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *words): pass
    def do_GET(self):
        url = urllib.parse.urlparse(self.path); query = urllib.parse.parse_qs(url.query)
        formula = query.get('filter', [''])[0].split('"')[1]
        offset = int(query.get('page_offset', ['0'])[0])
        found = entries.get(formula, [])
        data = [{'id': str(i), 'type': 'structures', 'attributes': {'lattice_vectors': v,
                 'chemical_formula_reduced': formula, 'space_group_it_number': g}}
                for i, (v, g) in enumerate(found)][::-1][offset:offset + 1]
        link = None
        if offset + 1 < len(found):
            query['page_offset'] = [str(offset + 1)]
            link = {'href': 'http://127.0.0.1:%d%s?%s' % (port, url.path, urllib.parse.urlencode(query, doseq=True))}
        body = json.dumps({'data': data, 'links': {'next': link}, 'meta': {'api_version': '1.2.0',
            'query': {'representation': self.path}, 'more_data_available': link is not None}}).encode()
        self.send_response(200 if url.path == '/optimade/v1/structures' else 404)
        self.send_header('Content-Type', 'application/vnd.api+json'); self.end_headers(); self.wfile.write(body)
server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
port = server.server_port
open(sys.argv[1] + '.part', 'w').write(str(port))
import os; os.rename(sys.argv[1] + '.part', sys.argv[1])
server.serve_forever()
)";

TEST(Community, OfAProviderIsAskedByFormula) {
    ScratchFolder const scratch;
    std::atomic<bool> is_over{false};
    std::string const port = (scratch / "port").string();
    std::thread server([&] {
        ProcessOptions options;
        options.should_stop = [&] { return is_over.load(); };
        options.grace_seconds = 0.2;
        run_process({"python3", "-c", provider, port}, options);
    });
    for (int i = 0; i < 600 && !fs::exists(port); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ASSERT_TRUE(fs::exists(port));
    for (double factor : {1.0, 1.1}) {
        MadeSet set({{"", 10}});
        add_structures(set, factor);
        set.optimade = "http://127.0.0.1:" + read_file(port) + "/optimade";
        EXPECT_EQ(ask(set, "C49").state, State::not_checked);  // no leave to use the network
        set.may_use_network = true;
        Answer const found = ask(set, "C49");
        EXPECT_EQ(found.state, factor == 1 ? State::pass : State::fail) << found.text;
        EXPECT_EQ(found.numbers[1].second, 3) << found.text;
    }
    is_over = true;
    server.join();
    MadeSet set({{"", 10}});
    add_structures(set, 1);
    set.optimade = "http://127.0.0.1:9/nobody", set.may_use_network = true;
    EXPECT_EQ(ask(set, "C49").state, State::not_checked);
}

// ---- C50

TEST(Recomputation, GivesTheSameBytesUnlessTheyWereChanged) {
    ScratchFolder const scratch;
    write_small_library(scratch / "cifs");
    std::string text = small_recipe;
    text.replace(text.find("path: cifs"), 10, "path: " + (scratch / "cifs").string());
    std::string const generator = fmt::format("test 1 ({})", compute::to_name(compute::best_isa()));
    Recipe const recipe = parse_recipe(text, (scratch / "recipe.yaml").string());
    build_dataset(recipe, {.out = scratch / "set", .generator = generator});
    MadeSet set({{"train", 1}});
    set.folder = scratch / "set";
    set.scan().files.clear();
    for (auto const& entry : fs::directory_iterator(set.folder / "shards")) {
        ScannedFile file;
        file.path = "shards/" + entry.path().filename().string(), file.sha256 = sha256_of_file(entry.path());
        set.scan().files.push_back(file);
    }
    EXPECT_EQ(ask(set, "C50").state, State::pass) << ask(set, "C50").text;
    for (ScannedFile& file : set.scan().files) file.sha256[0] = file.sha256[0] == '0' ? '1' : '0';
    EXPECT_EQ(ask(set, "C50").state, State::fail);
    fs::remove(scratch / "cifs/iron.cif");
    EXPECT_EQ(ask(set, "C50").state, State::not_checked) << ask(set, "C50").text;
    fs::remove(set.folder / "recipe.yaml");
    EXPECT_EQ(ask(set, "C50").state, State::not_applicable);
}

}  // namespace
}  // namespace hutch::curate::assess
