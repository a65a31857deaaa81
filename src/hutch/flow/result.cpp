#include "hutch/flow/result.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::flow {
namespace {

using Json = nlohmann::json;

// Damaged text may hold 1e200 where a size stood: no conversion has a meaning for that.
template <class Whole>
Whole whole(Json const& json) {
    if (!json.is_number_integer())
        throw Error(Fault::bad_data,
                    "'record' is broken (a whole number is none); expected what a run wrote");
    return json.get<Whole>();
}

Json to_json(Making const& making) {
    Json json = {{"item", making.item},       {"step", making.step},      {"version", making.version},
                 {"program", making.program}, {"host", making.host},      {"started", making.started},
                 {"seconds", making.seconds}, {"attempt", making.attempt}};
    if (!making.batch.empty()) json["batch"] = making.batch;
    return json;
}

Making making_of(Json const& json) {
    return {
        json.at("item"),        json.at("step"),    json.at("version"), json.at("program"),
        json.at("host"),        json.at("started"), json.at("seconds"), whole<unsigned>(json.at("attempt")),
        json.value("batch", "")};
}

Json to_json(Result const& result) {
    Json files = Json::array();
    for (ResultFile const& file : result.files)
        files.push_back({file.port, file.name, file.sha256, file.bytes, file.modified_ns});
    Json used = Json::array();
    for (UsedFile const& file : result.used) used.push_back({file.port, file.name, file.sha256});
    return {{"result", result.key},
            {"folder", result.folder},
            {"files", files},
            {"findings", step::to_json(result.findings)},
            {"parameters", step::to_json(result.parameters)},
            {"used", used},
            {"making", to_json(result.making)}};
}

Result result_of(Json const& json) {
    Result result;
    result.key = json.at("result");
    result.folder = json.at("folder");
    for (Json const& file : json.at("files"))
        result.files.push_back({file.at(0), file.at(1), file.at(2), whole<std::uint64_t>(file.at(3)),
                                whole<std::int64_t>(file.at(4))});
    result.findings = step::parse_values(json.at("findings").get_ref<std::string const&>(), "journal");
    result.parameters = step::parse_values(json.at("parameters").get_ref<std::string const&>(), "journal");
    for (Json const& file : json.at("used")) result.used.push_back({file.at(0), file.at(1), file.at(2)});
    result.making = making_of(json.at("making"));
    return result;
}

Json to_json(Failure const& failure) {
    return {{"failure", failure.key},
            {"message", failure.message},
            {"fault", failure.fault},
            {"making", to_json(failure.making)}};
}

Json to_json(KnownSum const& sum) {
    return {{"sum", sum.path},
            {"sha256", sum.sha256},
            {"mark", {sum.mark.bytes, sum.mark.modified_ns, sum.mark.inode}}};
}

}  // namespace

FileMark mark_of(std::filesystem::path const& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0)
        throw Error(Fault::not_found,
                    fmt::format("cannot read file ({}): '{}'", std::strerror(errno), path.string()));
    return {std::uint64_t(info.st_size),
            std::int64_t(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_ino};
}

std::string Result::port_sum(std::string const& port) const {
    std::vector<ResultFile const*> own;
    for (ResultFile const& file : files)
        if (file.port == port) own.push_back(&file);
    bool const is_single = own.size() == 1 && own[0]->name.find('/') == std::string::npos;
    if (is_single) return own[0]->sha256;
    std::string list;
    for (ResultFile const* file : own) list += file->sha256 + "  " + file->name + "\n";
    return sha256(list);
}

std::string to_text(Record const& record) {
    Json const json = std::visit([](auto const& one) { return to_json(one); }, record);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Record parse_record(std::string_view text) {
    try {
        Json const json = Json::parse(text);
        if (json.contains("result")) return result_of(json);
        if (json.contains("failure"))
            return Failure{json.at("failure"), json.at("message"), json.at("fault"),
                           making_of(json.at("making"))};
        Json const& mark = json.at("mark");
        return KnownSum{json.at("sum"),
                        json.at("sha256"),
                        {whole<std::uint64_t>(mark.at(0)), whole<std::int64_t>(mark.at(1)),
                         whole<std::uint64_t>(mark.at(2))}};
    } catch (Json::exception const& problem) {
        throw Error(Fault::bad_data,
                    fmt::format("'record' is broken ({}); expected what a run wrote", problem.what()));
    }
}

}  // namespace hutch::flow
